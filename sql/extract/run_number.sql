-- extract/run_number.sql: the number of the next run
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one row
SELECT coalesce(max(run), 0) + 1 AS run
FROM extractions;
