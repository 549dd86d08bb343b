-- extract/refs_range.sql: the smallest and the largest number of a record that refers to another, 1 and 0 when none does
-- reads: refs
-- writes: nothing
-- params:
-- grain: one row
SELECT
    coalesce(min(rid), 1) AS first_rid,
    coalesce(max(rid), 0) AS last_rid
FROM refs
