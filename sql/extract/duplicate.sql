-- extract/duplicate.sql: an own ID that two rows of one source hold, the smallest
-- reads: staged_records
-- writes: nothing
-- params: source, collection
-- grain: at most one row
SELECT id
FROM staged_records
WHERE source = $source
    AND collection = $collection
    AND key IS NOT NULL
    AND number IS NULL
ORDER BY
    provider,
    realm,
    id
LIMIT 1;
