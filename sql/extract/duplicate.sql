-- extract/duplicate.sql: an own ID that two rows of one source hold, the smallest
-- reads: staged_keys
-- writes: nothing
-- params: source, collection
-- grain: at most one row
SELECT
    id,
    list_sort(list(place)) AS places
FROM staged_keys
WHERE source = $source
    AND collection = $collection
    AND key IS NOT NULL
GROUP BY
    provider,
    realm,
    id
HAVING count(*) > 1
ORDER BY
    provider,
    realm,
    id
LIMIT 1;
