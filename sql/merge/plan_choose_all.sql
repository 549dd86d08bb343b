-- merge/plan_choose_all.sql: every cluster, for a whole plan
-- reads: plan_steps
-- writes: plan_chosen
-- params:
-- grain: one cluster
INSERT INTO plan_chosen
SELECT DISTINCT
    home,
    cluster_id,
    true AS asked
FROM plan_steps
