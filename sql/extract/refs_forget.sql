-- extract/refs_forget.sql: removes what an earlier extraction left of a collection in refs
-- reads: nothing
-- writes: refs
-- params: collection
-- grain: one row removed
DELETE FROM refs
WHERE collection = $collection;
