-- extract/staged_rows_first.sql: the first rows of one file as records
-- reads: staged_rows
-- writes: nothing
-- params: source, collection, most
-- grain: one row of a file, in its order
SELECT raw
FROM staged_rows
WHERE source = $source
    AND collection = $collection
ORDER BY place
LIMIT $most;
