-- match/070_previous_clusters.sql: the clusters of the run before by the external IDs that they were made of.
-- reads: cluster_keys
-- writes: nothing
-- params: collection
-- grain: one external ID, in no order
SELECT
    id_hash,
    cluster
FROM cluster_keys
WHERE collection = $collection
