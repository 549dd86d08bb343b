-- extract/sweep_last.sql: the latest sweep that is kept of a source and collection, 0 when none is
-- reads: pages
-- writes: nothing
-- params: source, collection
-- grain: one row
SELECT coalesce(max(sweep), 0) AS last_sweep
FROM pages
WHERE source = $source
    AND collection = $collection
    AND body IS NOT NULL;
