-- match/002_record_range.sql: between which numbers a collection's records lie, and how many there are.
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one row
SELECT
    coalesce(min(rid), 0) AS first_rid,
    coalesce(max(rid), -1) AS last_rid,
    count(*) AS held
FROM records
WHERE collection = $collection
