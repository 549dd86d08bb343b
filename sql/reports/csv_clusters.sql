-- reports/csv_clusters.sql: clusters of two records or more, for clusters.csv
-- reads: cluster_stats, clusters, conflicts
-- writes: nothing
-- params:
-- grain: one cluster
--
-- A review item is one review_id that holds more than one cluster, so the wider name stands beside the cluster's own.
WITH wider AS (
    SELECT
        collection,
        cluster_id,
        min(review_id) AS review_id
    FROM clusters
    GROUP BY collection, cluster_id
),
named AS (
    SELECT collection, cluster_id FROM conflicts WHERE cluster_id IS NOT NULL
    UNION ALL
    SELECT collection, other_cluster_id FROM conflicts WHERE other_cluster_id IS DISTINCT FROM cluster_id AND other_cluster_id IS NOT NULL
),
disputed AS (
    SELECT
        collection,
        cluster_id,
        count(*) AS conflicts
    FROM named
    GROUP BY collection, cluster_id
)
SELECT
    s.collection,
    s.cluster_id,
    s.tier,
    w.review_id,
    s.size,
    s.hub_records,
    s.edges,
    round(s.weakest, 3) AS weakest_bits,
    round(s.density, 4) AS density,
    s.bridges,
    s.by_ids,
    coalesce(d.conflicts, 0) AS conflicts,
    s.reason
FROM cluster_stats s
LEFT JOIN wider w USING (collection, cluster_id)
LEFT JOIN disputed d USING (collection, cluster_id)
ORDER BY s.collection, s.cluster_id
