-- match/072_clusters_before.sql: which cluster each record was in, and which wider one.
-- reads: clusters
-- writes: nothing
-- params: collection
-- grain: one record, in no order
SELECT
    rid,
    cluster_id,
    review_id,
    tier
FROM clusters
WHERE collection = $collection
