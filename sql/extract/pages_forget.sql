-- extract/pages_forget.sql: forgets the pages of an earlier run of a source and collection
-- reads: nothing
-- writes: pages
-- params: source, collection
-- grain: one row a page forgotten
DELETE FROM pages
WHERE source = $source
    AND collection = $collection;
