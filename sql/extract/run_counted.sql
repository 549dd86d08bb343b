-- extract/run_counted.sql: what was counted on a run while its records were loaded
-- reads: extractions
-- writes: nothing
-- params: source, collection, run
-- grain: one row
SELECT
    added,
    changed
FROM extractions
WHERE run = $run
    AND source = $source
    AND collection = $collection;
