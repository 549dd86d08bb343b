-- match/071_cluster_names.sql: every cluster ID that was ever given.
-- reads: cluster_names
-- writes: nothing
-- params: collection
-- grain: one cluster ID
SELECT
    cluster_id,
    assigned,
    coalesce(successor, '') AS successor
FROM cluster_names
WHERE collection = $collection
ORDER BY
    assigned,
    cluster_id
