-- extract/run_stopped.sql: notes why a run stopped before its end; a run that can go on stays `running`
-- reads: nothing
-- writes: extractions
-- params: run, source, collection, status, doubt
-- grain: one row
UPDATE extractions
SET
    status = $status,
    doubt = $doubt
WHERE run = $run
    AND source = $source
    AND collection = $collection;
