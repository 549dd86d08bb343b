-- reports/plan.sql: the latest plan's totals
-- reads: plans, operations
-- writes: nothing
-- params:
-- grain: one plan, or none
SELECT
    p.operations,
    p.withheld,
    p.review_items,
    p.path,
    p.plan_id,
    p.header
FROM plans p
ORDER BY p.plan_id IN (SELECT plan_id FROM operations) DESC, p.plan_id
LIMIT 1
