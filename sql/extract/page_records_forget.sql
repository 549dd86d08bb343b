-- extract/page_records_forget.sql: forgets the records of pages of earlier runs of a source and collection, up to a sweep
-- reads: nothing
-- writes: page_records
-- params: source, collection, before
-- grain: one row a record forgotten
DELETE FROM page_records
WHERE source = $source
    AND collection = $collection
    AND sweep < $before;
