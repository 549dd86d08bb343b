-- extract/vanished.sql: keeps that the records of a source and collection which were not read are gone
-- reads: unread_records
-- writes: vanished_records
-- params: source, collection, run
-- grain: one record
INSERT INTO vanished_records (
    source,
    collection,
    key,
    status,
    updated_at,
    run
)
SELECT
    source,
    collection,
    key,
    status,
    updated_at,
    $run AS run
FROM unread_records
WHERE source = $source
    AND collection = $collection;
