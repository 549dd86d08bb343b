-- reports/page_withheld.sql: why records are left alone by the plan
-- reads: operations
-- writes: nothing
-- params:
-- grain: one reason
SELECT
    reason,
    count(*) AS records
FROM operations
WHERE type = 'withheld'
GROUP BY reason
ORDER BY count(*) DESC, reason
LIMIT 12
