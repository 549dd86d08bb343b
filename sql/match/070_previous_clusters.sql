-- match/070_previous_clusters.sql: the clusters of the run before by the external IDs that they were made of.
-- reads: cluster_keys, cluster_names
-- writes: nothing
-- params: collection
-- grain: one external ID
--
-- A cluster is named by its place among all names in their order (071_cluster_names.sql): a number crosses the driver at a
-- fraction of what a text costs.
WITH names AS (
    SELECT
        cluster_id,
        row_number() OVER (ORDER BY assigned, cluster_id) - 1 AS place
    FROM cluster_names
    WHERE collection = $collection
)

SELECT
    cluster_keys.id_hash,
    names.place
FROM cluster_keys
JOIN names ON names.cluster_id = cluster_keys.cluster_id
WHERE cluster_keys.collection = $collection
