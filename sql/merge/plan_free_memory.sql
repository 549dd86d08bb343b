-- merge/plan_free_memory.sql: give the database back what memory it had
-- reads: nothing
-- writes: nothing
-- params:
-- grain: none
SET memory_limit = getvariable('memory_limit_before')
