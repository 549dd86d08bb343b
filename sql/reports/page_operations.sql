-- reports/page_operations.sql: the plan's operations by type, with what became of them
-- reads: operations, outcomes
-- writes: nothing
-- params:
-- grain: one type of operation
WITH undone AS (
    SELECT DISTINCT
        undoes,
        op_id
    FROM outcomes
    WHERE undoes IS NOT NULL AND outcome IN ('ok', 'done')
)
SELECT
    o.type,
    min(o.level) AS level,
    count(*) AS planned,
    count(*) FILTER (u.outcome IN ('ok', 'done')) AS done,
    count(*) FILTER (u.outcome IN ('skipped', 'drifted')) AS skipped,
    count(*) FILTER (u.outcome IN ('failed', 'unknown')) AS failed,
    count(*) FILTER (u.verified) AS verified,
    count(*) FILTER (NOT u.verified) AS different,
    count(n.op_id) AS undone
FROM operations o
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
LEFT JOIN undone n ON n.undoes = o.plan_id AND n.op_id = 'undo-' || o.op_id
GROUP BY o.type
ORDER BY o.type = 'withheld', min(o.level), o.type
