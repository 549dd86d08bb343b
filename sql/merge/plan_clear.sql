-- merge/plan_clear.sql: forget the plan before this one
-- reads: nothing
-- writes: plans, operations, operation_fields, stages
-- params:
-- grain: none left
DELETE FROM plans;
DELETE FROM operations;
DELETE FROM operation_fields;
DELETE FROM stages WHERE stage = 'plan';
