-- match/080_clear_cluster_names.sql: forget what the run before wrote to cluster_names.
-- reads: nothing
-- writes: cluster_names
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM cluster_names
WHERE collection = $collection
