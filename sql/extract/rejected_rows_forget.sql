-- extract/rejected_rows_forget.sql: forgets the rejected rows of one collection
-- reads: nothing
-- writes: rejected_rows
-- params: collection
-- grain: one row of a file
DELETE FROM rejected_rows
WHERE collection = $collection;
