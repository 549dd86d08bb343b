-- extract/base_ids.sql: the records that the workspace holds of one source and collection
-- reads: records
-- writes: nothing
-- params: source, collection
-- grain: one record
SELECT
    key,
    updated_at
FROM records
WHERE source = $source
    AND collection = $collection;
