-- match/019_external_ids_held.sql: how many external IDs the records of one collection bear.
-- reads: external_ids
-- writes: nothing
-- params: collection
-- grain: one row
SELECT count(*) AS held
FROM external_ids
WHERE collection = $collection
