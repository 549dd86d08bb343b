-- extract/unread_first.sql: the first records of a source and collection that were not read, though they may be there
-- reads: unread_records
-- writes: nothing
-- params: source, collection, most
-- grain: one record
SELECT
    key,
    count(*) OVER () AS n
FROM unread_records
WHERE source = $source
    AND collection = $collection
ORDER BY key
LIMIT $most;
