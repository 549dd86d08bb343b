-- reports/page_problems.sql: operations that are not done or that verify found to differ, the first hundred
-- reads: operations, outcomes
-- writes: nothing
-- params:
-- grain: one operation
SELECT
    o.op_id,
    o.type,
    coalesce(o.target_key, '') AS target_key,
    u.outcome,
    u.detail,
    coalesce(u.difference, '') AS difference
FROM operations o
JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
WHERE u.outcome NOT IN ('ok', 'done') OR NOT coalesce(u.verified, true)
ORDER BY o.seq, o.op_id
LIMIT 100
