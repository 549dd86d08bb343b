-- merge/plan_steps_clear.sql: forget what was worked out, once the plan is written
-- reads: nothing
-- writes: plan_steps, plan_chosen
-- params:
-- grain: none left
DELETE FROM plan_steps;
DELETE FROM plan_chosen;
