-- match/compare_counts.sql: how many records and clusters of several records one collection has, and how many records are alone.
-- reads: clusters, cluster_stats
-- writes: nothing
-- params: collection
-- grain: one row
SELECT
    count(*) AS records,
    (SELECT count(*) FROM cluster_stats WHERE collection = $collection) AS clusters,
    count(*) FILTER (tier = 'single') AS alone
FROM clusters
WHERE collection = $collection
