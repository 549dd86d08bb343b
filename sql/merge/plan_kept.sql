-- merge/plan_kept.sql: the operations and withheld records that a plan of a part holds
-- reads: plan_steps, plan_chosen
-- writes: nothing
-- params:
-- grain: one operation or withheld record
SELECT s.op_id
FROM plan_steps s
SEMI JOIN plan_chosen c ON c.home = s.home AND c.cluster_id = s.cluster_id
