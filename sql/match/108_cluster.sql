-- match/108_cluster.sql: the clusters that bear one ID, now or formerly.
-- reads: clusters, cluster_names
-- writes: nothing
-- params: cluster
-- grain: one cluster ID of one collection: where it leads, in which run it was given; no successor and not standing: its records are gone
SELECT
    names.collection,
    names.assigned,
    coalesce(names.successor, '') AS successor,
    EXISTS (
        SELECT 1
        FROM clusters
        WHERE clusters.collection = names.collection
            AND clusters.cluster_id = names.cluster_id
    ) AS stands
FROM cluster_names AS names
WHERE names.cluster_id = $cluster
ORDER BY names.collection
