-- extract/pages_listed.sql: the pages of a source and collection, without their bodies
-- reads: pages
-- writes: nothing
-- params: source, collection, from_sweep
-- grain: one page of a sweep from $from_sweep on
SELECT
    sweep,
    skip,
    rows_got
FROM pages
WHERE source = $source
    AND collection = $collection
    AND body IS NOT NULL
    AND sweep >= $from_sweep
ORDER BY
    sweep,
    skip;
