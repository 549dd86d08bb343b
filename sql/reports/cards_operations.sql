-- reports/cards_operations.sql: what the plan would send for the clusters of each item, and what became of it
-- reads: card_places, clusters, operations, outcomes
-- writes: nothing
-- params:
-- grain: one operation
WITH held AS (
    SELECT DISTINCT
        p.item,
        c.collection,
        c.cluster_id
    FROM card_places p
    JOIN clusters c ON c.rid = p.rid
)
SELECT
    h.item,
    o.type,
    coalesce(o.target_key, '') AS target_key,
    concat_ws(' ', o.method, o.path) AS request,
    coalesce(o.body, '') AS body,
    array_to_string(list_sort(o.hazards), ' ') AS hazards,
    o.reason,
    coalesce(u.outcome, '') AS outcome
FROM operations o
JOIN held h ON h.collection = o.collection AND h.cluster_id = o.cluster_id
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
ORDER BY h.item, o.seq, o.op_id
