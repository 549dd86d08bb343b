-- extract/pages_kept.sql: the pages kept of one sweep, a few at a time, in the order that they were asked for
-- reads: pages
-- writes: nothing
-- params: source, collection, sweep, from
-- grain: one page
SELECT
    skip,
    coalesce(top, 0) AS top,
    rows_got,
    coalesce(total, -1) AS total,
    coalesce(more, false) AS more,
    coalesce(served_at, fetched_at) AS served_at,
    body
FROM pages
WHERE source = $source
    AND collection = $collection
    AND sweep = $sweep
    AND skip >= $from
    AND body IS NOT NULL
ORDER BY skip
LIMIT 64;
