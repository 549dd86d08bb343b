-- match/072_clusters_before.sql: which cluster each record was in, and which wider one, packed into one text each.
-- reads: clusters
-- writes: nothing
-- params: collection
-- grain: one record, in no order; the wider cluster is '' where it bears the cluster's own name
SELECT
    rid,
    concat_ws(chr(29), cluster_id, CASE WHEN review_id = cluster_id THEN '' ELSE review_id END, tier) AS packed
FROM clusters
WHERE collection = $collection
