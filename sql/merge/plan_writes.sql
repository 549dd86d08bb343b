-- merge/plan_writes.sql: how many hub records the plan would write
-- reads: plan_steps, plan_chosen
-- writes: nothing
-- params:
-- grain: one collection; a record that is written twice counts once, one that is created counts by its operation
SELECT
    s.collection,
    count(DISTINCT coalesce(s.target_key, s.op_id)) AS writes
FROM plan_steps s
SEMI JOIN plan_chosen c ON c.home = s.home AND c.cluster_id = s.cluster_id
WHERE s.type <> 'withheld'
GROUP BY s.collection
ORDER BY s.collection
