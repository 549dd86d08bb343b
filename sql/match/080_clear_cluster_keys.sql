-- match/080_clear_cluster_keys.sql: forget what the run before wrote to cluster_keys.
-- reads: nothing
-- writes: cluster_keys
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM cluster_keys
WHERE collection = $collection
