-- match/110_cluster_stats.sql: what matching noted of one cluster.
-- reads: cluster_stats
-- writes: nothing
-- params: collection, cluster
-- grain: one cluster of two records or more
SELECT
    density,
    bridges,
    by_ids,
    reason
FROM cluster_stats
WHERE collection = $collection
    AND cluster_id = $cluster
