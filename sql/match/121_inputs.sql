-- match/121_inputs.sql: say what matching read, and what came of it.
-- reads: nothing
-- writes: stages
-- params: collection, inputs, outputs, summary, evidence, features, warnings
-- grain: two rows: what all hangs on, and what the scored pairs and the normalised values do
INSERT INTO stages
SELECT
    'inputs' AS stage,
    $collection AS collection,
    $inputs AS digest,
    $outputs AS input_digest,
    $summary AS config_digest,
    CAST(now() AS TIMESTAMP) AS finished_at

UNION ALL

SELECT
    'evidence' AS stage,
    $collection AS collection,
    $evidence AS digest,
    $features AS input_digest,
    CAST($warnings AS VARCHAR) AS config_digest,
    CAST(now() AS TIMESTAMP) AS finished_at
