-- match/070_previous_clusters.sql: the clusters of the run before.
-- reads: clusters
-- writes: nothing
-- params: collection
-- grain: one record
SELECT
    key,
    cluster_id
FROM clusters
WHERE collection = $collection
