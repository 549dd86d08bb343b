-- match/003_bound_memory.sql: keep the database's share of memory small while matching holds the records in its own.
-- reads: nothing
-- writes: nothing
-- params:
-- grain: none
SET memory_limit = '640MB'
