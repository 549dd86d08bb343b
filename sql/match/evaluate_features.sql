-- match/evaluate_features.sql: the normalised values of each record, for comparing records again and for making their block keys.
-- reads: features
-- writes: nothing
-- params: collection
-- grain: one record
SELECT
    rid,
    vals
FROM features
WHERE collection = $collection
