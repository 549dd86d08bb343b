-- extract/threads.sql: how many threads the database works with
-- reads: nothing
-- writes: nothing
-- params:
-- grain: one row
SELECT current_setting('threads')::BIGINT AS threads;
