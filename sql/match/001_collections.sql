-- match/001_collections.sql: the collections that hold records.
-- reads: records
-- writes: nothing
-- params:
-- grain: one collection
SELECT DISTINCT
    collection
FROM records
ORDER BY collection
