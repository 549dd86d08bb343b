-- extract/staged_lines_listed.sql: the rows of one file as read
-- reads: staged_lines
-- writes: nothing
-- params: run
-- grain: one row of a file, in its order
SELECT line
FROM staged_lines
WHERE run = $run
ORDER BY place;
