-- merge/plan_bound_rows.sql: keep the database's share of memory smaller still while the plan's rows are stored
-- reads: nothing
-- writes: nothing
-- params:
-- grain: none
SET memory_limit = '192MB'
