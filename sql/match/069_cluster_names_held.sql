-- match/069_cluster_names_held.sql: how many cluster IDs were ever given.
-- reads: cluster_names
-- writes: nothing
-- params: collection
-- grain: one row
SELECT count(*) AS held
FROM cluster_names
WHERE collection = $collection
