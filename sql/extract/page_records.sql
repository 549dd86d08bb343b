-- extract/page_records.sql: keeps the records of pages as received
-- reads: rows()
-- writes: page_records
-- params: source, collection, sweep
-- rows: place BIGINT, raw VARCHAR
-- grain: one record of one page
INSERT INTO page_records (
    source,
    collection,
    sweep,
    place,
    raw
)
SELECT
    $source AS source,
    $collection AS collection,
    $sweep AS sweep,
    place,
    raw
FROM rows();
