-- extract/links_forget.sql: removes what an earlier extraction left of a collection in links
-- reads: nothing
-- writes: links
-- params: collection
-- grain: one row removed
DELETE FROM links
WHERE collection = $collection;
