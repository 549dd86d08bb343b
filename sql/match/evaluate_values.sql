-- match/evaluate_values.sql: the normalised values of each record and its source, for comparing records again.
-- reads: features, records
-- writes: nothing
-- params: collection
-- grain: one record
SELECT
    f.rid,
    f.vals,
    r.source
FROM features AS f
JOIN records AS r ON r.rid = f.rid
WHERE f.collection = $collection
ORDER BY f.rid
