-- match/112_former_ids.sql: the IDs of clusters that were merged into one.
-- reads: cluster_names
-- writes: nothing
-- params: collection, cluster
-- grain: one former ID
SELECT cluster_id
FROM cluster_names
WHERE collection = $collection
    AND successor = $cluster
ORDER BY
    assigned,
    cluster_id
