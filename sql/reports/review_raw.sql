-- reports/review_raw.sql: one record of the hub as the API gives it.
-- reads: records
-- writes: nothing
-- params: collection, key
-- grain: one row
SELECT raw
FROM records
WHERE collection = $collection AND key = $key AND hub
ORDER BY source
LIMIT 1
