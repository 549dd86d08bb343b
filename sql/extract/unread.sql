-- extract/unread.sql: keeps which records of a source and collection the workspace held until now and were not read
-- reads: records, staged_records
-- writes: unread_records
-- params: source, collection, run
-- grain: one record
INSERT INTO unread_records (
    source,
    collection,
    key,
    status,
    updated_at,
    run
)
SELECT
    records.source,
    records.collection,
    records.key,
    records.status,
    records.updated_at,
    $run AS run
FROM records
ANTI JOIN staged_records AS staged
    ON records.source = staged.source
        AND records.collection = staged.collection
        AND records.key = staged.key
        AND staged.number IS NOT NULL
WHERE records.source = $source
    AND records.collection = $collection;
