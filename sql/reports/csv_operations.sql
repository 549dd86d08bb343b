-- reports/csv_operations.sql: the plan's operations and withheld records with what became of them, for operations.csv
-- reads: operations, outcomes
-- writes: nothing
-- params:
-- grain: one operation or withheld record of the latest plan
SELECT
    o.seq,
    o.op_id,
    o.level,
    o.type,
    o.collection,
    o.cluster_id,
    o.target_key,
    concat_ws(' ', o.method, o.path) AS request,
    o.body,
    array_to_string(list_sort(o.hazards), ' ') AS hazards,
    o.reason,
    u.outcome,
    u.status AS http_status,
    u.detail AS outcome_detail,
    u.verified,
    u.difference
FROM operations o
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
ORDER BY o.seq, o.op_id
