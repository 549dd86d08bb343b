-- match/002_record_range.sql: between which numbers a collection's records lie.
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one row
SELECT
    coalesce(min(rid), 0) AS first_rid,
    coalesce(max(rid), -1) AS last_rid
FROM records
WHERE collection = $collection
