-- match/005_inputs_before.sql: what the run before read, and what came of it.
-- reads: stages
-- writes: nothing
-- params: collection
-- grain: one row, or none
SELECT
    digest AS inputs,
    input_digest AS outputs,
    config_digest AS summary
FROM stages
WHERE stage = 'inputs'
    AND collection = $collection
