-- match/compare_clusters.sql: every cluster of one collection.
-- reads: clusters
-- writes: nothing
-- params: collection
-- grain: one cluster
SELECT
    cluster_id,
    min(tier) AS tier,
    count(*) AS records
FROM clusters
WHERE collection = $collection
GROUP BY cluster_id
ORDER BY cluster_id
