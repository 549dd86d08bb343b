-- merge/plan_lines.sql: the plan's lines in the order of the file
-- reads: operations
-- writes: nothing
-- params:
-- grain: one operation or withheld record
SELECT operation
FROM operations
ORDER BY seq
