-- match/evaluate_conflicts.sql: the kinds of conflict between two clusters and inside one.
-- reads: conflicts
-- writes: nothing
-- params: collection
-- grain: one kind of conflict of one cluster, or of two
SELECT DISTINCT
    kind,
    cluster_id,
    coalesce(other_cluster_id, '') AS other_cluster_id
FROM conflicts
WHERE collection = $collection
    AND cluster_id IS NOT NULL
ORDER BY
    kind,
    cluster_id,
    other_cluster_id
