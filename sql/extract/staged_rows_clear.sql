-- extract/staged_rows_clear.sql: empties the scratch table
-- reads: nothing
-- writes: staged_rows
-- params:
-- grain: one row removed
DELETE FROM staged_rows;
