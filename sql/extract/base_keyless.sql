-- extract/base_keyless.sql: whether the pages of a source and collection hold a record that no Connec! ID names
-- reads: page_records
-- writes: nothing
-- params: source, collection, first
-- grain: one row
--
-- $first is the first sweep whose pages count.
SELECT
    count(*) FILTER (
        WHERE hub_id(json_extract(raw, '$.id'), json_extract_string(raw, '$.channel_id')) IS NULL
    ) AS keyless
FROM page_records
WHERE source = $source
    AND collection = $collection
    AND sweep >= $first;
