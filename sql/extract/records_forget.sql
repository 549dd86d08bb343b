-- extract/records_forget.sql: removes what an earlier extraction left of a collection
-- reads: nothing
-- writes: records
-- params: collection
-- grain: one record removed
DELETE FROM records
WHERE collection = $collection;
