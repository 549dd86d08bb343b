-- extract/records_before.sql: how many records the collections before this one hold
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one row
SELECT count(*) AS records_before
FROM records
WHERE collection < $collection;
