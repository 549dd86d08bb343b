-- merge/plan_seal_fields.sql: give the rows the plan's digest, once it is known
-- reads: operation_fields
-- writes: operation_fields
-- params: plan_id
-- grain: one field of one operation
UPDATE operation_fields
SET plan_id = $plan_id
