-- reports/cards_operations.sql: what the plan would send for the clusters of every review item, or of one, and what became of it
-- reads: operations, outcomes, item_clusters
-- writes: nothing
-- params: collection, item
-- grain: one operation
SELECT
    o.collection,
    p.review_id,
    o.cluster_id,
    o.type,
    coalesce(o.target_key, '') AS target_key,
    concat_ws(' ', o.method, o.path) AS request,
    coalesce(o.body, '') AS body,
    array_to_string(list_sort(o.hazards), ' ') AS hazards,
    o.reason,
    coalesce(u.outcome, '') AS outcome
FROM operations o
JOIN item_clusters p ON p.collection = o.collection AND p.cluster_id = o.cluster_id
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
WHERE $item = '' OR (p.collection = $collection AND p.review_id = $item)
ORDER BY o.collection, p.review_id, o.seq, o.op_id
