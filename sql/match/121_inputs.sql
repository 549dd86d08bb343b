-- match/121_inputs.sql: say what matching read, and what came of it.
-- reads: nothing
-- writes: stages
-- params: collection, inputs, outputs, summary
-- grain: one row
INSERT INTO stages
SELECT
    'inputs' AS stage,
    $collection AS collection,
    $inputs AS digest,
    $outputs AS input_digest,
    $summary AS config_digest,
    CAST(now() AS TIMESTAMP) AS finished_at
