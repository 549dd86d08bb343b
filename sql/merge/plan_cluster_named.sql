-- merge/plan_cluster_named.sql: the cluster that a name means: its ID, or one that it had before it was merged into another
-- reads: clusters, cluster_names
-- writes: nothing
-- params: name
-- grain: one row; NULL when there is no such cluster
WITH RECURSIVE names AS (
    SELECT $name::VARCHAR AS cluster_id
    UNION
    SELECT n.successor AS cluster_id
    FROM names
    JOIN cluster_names n USING (cluster_id)
    WHERE n.successor IS NOT NULL
)
SELECT
    min(c.cluster_id) AS cluster_id,
    min(c.tier) AS tier
FROM clusters c
SEMI JOIN names USING (cluster_id)
