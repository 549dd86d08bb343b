-- extract/run_vanished.sql: counts on the run what it found gone
-- reads: vanished_records
-- writes: extractions
-- params: source, collection, run
-- grain: one row
UPDATE extractions
SET vanished = (
    SELECT count(*)
    FROM vanished_records
    WHERE source = $source
        AND collection = $collection
        AND run = $run
)
WHERE run = $run
    AND source = $source
    AND collection = $collection;
