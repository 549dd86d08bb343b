-- merge/outcomes_difference.sql: what verify found to differ from what the plan expects
-- reads: outcomes
-- writes: outcomes
-- params: difference, op, plan
-- grain: one operation
UPDATE outcomes
SET
    verified = FALSE,
    difference = $difference
WHERE plan_id = $plan AND op_id = $op;
