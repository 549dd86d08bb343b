-- match/104_pair_conflicts.sql: the conflicts between two clusters, or inside either.
-- reads: conflicts
-- writes: nothing
-- params: collection, left_cluster, right_cluster
-- grain: one conflict
--
-- What is ambiguous joins nothing at all: it counts whichever cluster it was noted with.
SELECT
    kind,
    coalesce(other_cluster_id, '') AS other_cluster_id,
    coalesce(key_a, '') AS key_a,
    coalesce(key_b, '') AS key_b,
    coalesce(provider, '') AS provider,
    coalesce(realm, '') AS realm,
    coalesce(weight, 0) AS weight,
    weight IS NOT NULL AS scored,
    detail
FROM conflicts
WHERE collection = $collection
    AND cluster_id IN ($left_cluster, $right_cluster)
    AND (kind = 'ambiguous' OR coalesce(other_cluster_id, cluster_id) IN ($left_cluster, $right_cluster))
ORDER BY
    kind,
    detail
