-- match/095_clusters.sql: keep which cluster each record is in.
-- reads: rows()
-- writes: clusters
-- params: collection
-- rows: rid BIGINT, key VARCHAR, cluster_id VARCHAR, tier VARCHAR, review_id VARCHAR
-- grain: one record
--
-- The tier is NULL of a record alone, and the wider cluster where it bears the name of the cluster itself: every text that is
-- handed over costs.
INSERT INTO clusters
SELECT
    $collection AS collection,
    made.rid,
    made.key,
    made.cluster_id,
    coalesce(made.tier, 'single') AS tier,
    coalesce(made.review_id, made.cluster_id) AS review_id
FROM rows() AS made
