-- merge/plan_bound_memory.sql: keep the database's share of memory small while a plan is made: what is over goes to disk
-- reads: nothing
-- writes: nothing
-- params:
-- grain: none
--
-- RESET would say that the limit is the old one again, and leave the buffers under the new one: so the old one is kept.
SET VARIABLE memory_limit_before = current_setting('memory_limit');
SET memory_limit = '512MB';
