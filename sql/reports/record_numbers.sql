-- reports/record_numbers.sql: the largest number of a record
-- reads: records
-- writes: nothing
-- params:
-- grain: one number, 0 when there is no record
SELECT coalesce(max(rid), 0)
FROM records
