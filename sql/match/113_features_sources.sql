-- match/113_features_sources.sql: the normalised values of each record and the source that it is from.
-- reads: features, records
-- writes: nothing
-- params: collection
-- grain: one record
SELECT
    f.rid,
    f.vals,
    r.source
FROM features AS f
INNER JOIN records AS r ON r.rid = f.rid
WHERE f.collection = $collection
