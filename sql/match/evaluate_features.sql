-- match/evaluate_features.sql: the normalised values of each record, from which its block keys are made again.
-- reads: features
-- writes: nothing
-- params: collection
-- grain: one record
SELECT
    rid,
    vals
FROM features
WHERE collection = $collection
