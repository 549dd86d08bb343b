-- extract/pages_forget.sql: forgets pages of earlier runs of a source and collection, up to a sweep
-- reads: nothing
-- writes: pages
-- params: source, collection, before
-- grain: one row a page forgotten
DELETE FROM pages
WHERE source = $source
    AND collection = $collection
    AND sweep < $before;
