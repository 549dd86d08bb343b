-- match/071_cluster_names.sql: every cluster ID that was ever given.
-- reads: cluster_names
-- writes: nothing
-- params: collection
-- grain: one cluster ID, in no order
SELECT
    number,
    cluster_id,
    assigned,
    successor
FROM cluster_names
WHERE collection = $collection
