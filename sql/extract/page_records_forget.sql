-- extract/page_records_forget.sql: forgets the records of the pages of an earlier run of a source and collection
-- reads: nothing
-- writes: page_records
-- params: source, collection
-- grain: one row a record forgotten
DELETE FROM page_records
WHERE source = $source
    AND collection = $collection;
