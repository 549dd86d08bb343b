-- extract/run_abandon.sql: closes the runs of a source and collection that a new run takes the place of
-- reads: extractions
-- writes: extractions
-- params: source, collection
-- grain: one row a run that had not ended
UPDATE extractions
SET
    status = 'failed',
    doubt = coalesce(doubt, 'ended before it was complete; a later run took its place')
WHERE source = $source
    AND collection = $collection
    AND status = 'running';
