-- match/104_pair_conflicts.sql: the conflicts between two clusters, inside either, or naming either record.
-- reads: conflicts
-- writes: nothing
-- params: collection, left_cluster, right_cluster
-- grain: one conflict
SELECT
    kind,
    detail
FROM conflicts
WHERE collection = $collection
    AND cluster_id IN ($left_cluster, $right_cluster)
    AND coalesce(other_cluster_id, cluster_id) IN ($left_cluster, $right_cluster)
ORDER BY kind, detail
LIMIT 20
