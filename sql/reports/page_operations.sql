-- reports/page_operations.sql: the plan's operations by type, with what became of them
-- reads: operations, outcomes
-- writes: nothing
-- params:
-- grain: one type of operation
SELECT
    o.type,
    min(o.level) AS level,
    count(*) AS planned,
    count(*) FILTER (u.outcome IN ('ok', 'done')) AS done,
    count(*) FILTER (u.outcome IN ('skipped', 'drifted')) AS skipped,
    count(*) FILTER (u.outcome IN ('failed', 'unknown')) AS failed,
    count(*) FILTER (u.verified) AS verified,
    count(*) FILTER (NOT u.verified) AS different
FROM operations o
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
GROUP BY o.type
ORDER BY o.type = 'withheld', min(o.level), o.type
