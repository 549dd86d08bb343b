-- extract/rejected_first.sql: the first rows of one file that were set aside
-- reads: staged_rejected
-- writes: nothing
-- params: source, collection, most
-- grain: one row of a file; what stands below its table is none
SELECT
    line,
    kind,
    reason
FROM staged_rejected
WHERE source = $source
    AND collection = $collection
    AND kind <> 'footer'
ORDER BY
    line,
    kind
LIMIT $most;
