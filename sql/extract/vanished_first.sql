-- extract/vanished_first.sql: the first records that a run found gone
-- reads: vanished_records
-- writes: nothing
-- params: source, collection, run, most
-- grain: one record
SELECT
    key,
    count(*) OVER () AS n
FROM vanished_records
WHERE source = $source
    AND collection = $collection
    AND run = $run
ORDER BY key
LIMIT $most;
