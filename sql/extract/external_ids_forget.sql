-- extract/external_ids_forget.sql: removes what an earlier extraction left of a collection in external_ids
-- reads: nothing
-- writes: external_ids
-- params: collection
-- grain: one row removed
DELETE FROM external_ids
WHERE collection = $collection;
