-- merge/rehearse_records.sql: the hub's records as it answered them, in the order in which they were created
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one hub record of the collection
SELECT raw
FROM records
WHERE hub AND collection = $collection
QUALIFY row_number() OVER (PARTITION BY key ORDER BY rid) = 1
ORDER BY created_at NULLS FIRST, key
