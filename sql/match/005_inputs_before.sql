-- match/005_inputs_before.sql: what the run before read, and what came of it.
-- reads: stages
-- writes: nothing
-- params: collection
-- grain: one row, or none
SELECT
    inputs.digest AS inputs,
    inputs.input_digest AS outputs,
    inputs.config_digest AS summary,
    evidence.digest AS evidence,
    evidence.input_digest AS features,
    CAST(evidence.config_digest AS BIGINT) AS warnings
FROM stages AS inputs
JOIN stages AS evidence USING (collection)
WHERE inputs.stage = 'inputs'
    AND evidence.stage = 'evidence'
    AND collection = $collection
