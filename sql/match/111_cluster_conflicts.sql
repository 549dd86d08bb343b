-- match/111_cluster_conflicts.sql: the conflicts inside one cluster and between it and others.
-- reads: conflicts
-- writes: nothing
-- params: collection, cluster
-- grain: one conflict
SELECT
    kind,
    CASE
        WHEN other_cluster_id IS NULL THEN ''
        WHEN cluster_id = $cluster THEN other_cluster_id
        ELSE cluster_id
    END AS other_cluster_id,
    coalesce(key_a, '') AS key_a,
    coalesce(key_b, '') AS key_b,
    coalesce(provider, '') AS provider,
    coalesce(realm, '') AS realm,
    coalesce(weight, 0) AS weight,
    weight IS NOT NULL AS scored,
    detail
FROM conflicts
WHERE collection = $collection
    AND $cluster IN (cluster_id, other_cluster_id)
ORDER BY
    kind,
    detail
