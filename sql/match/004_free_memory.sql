-- match/004_free_memory.sql: give the database back what memory it had for its own.
-- reads: nothing
-- writes: nothing
-- params:
-- grain: none
RESET memory_limit
