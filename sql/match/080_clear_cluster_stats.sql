-- match/080_clear_cluster_stats.sql: forget what the run before wrote to cluster_stats.
-- reads: nothing
-- writes: cluster_stats
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM cluster_stats
WHERE collection = $collection
