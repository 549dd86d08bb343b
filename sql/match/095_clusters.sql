-- match/095_clusters.sql: keep which cluster each record is in.
-- reads: rows()
-- writes: clusters
-- params: collection
-- rows: rid BIGINT, key VARCHAR, cluster_id VARCHAR, tier VARCHAR, review_id VARCHAR
-- grain: one record
INSERT INTO clusters
SELECT
    $collection AS collection,
    made.rid,
    made.key,
    made.cluster_id,
    made.tier,
    made.review_id
FROM rows() AS made
