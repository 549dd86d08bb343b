-- extract/run_find.sql: the run of a connec source and collection that was interrupted, if the latest one was
-- reads: extractions
-- writes: nothing
-- params: source, collection, endpoint, group
-- grain: at most one row
--
-- A run against another endpoint or group is another collection: its pages are of no use.
SELECT
    run,
    skip,
    rows_got,
    started_at,
    mode,
    first_sweep,
    counts_from,
    since,
    as_of,
    ids_as_of,
    coalesce(note, '') AS note
FROM extractions
WHERE source = $source
    AND collection = $collection
    AND source_type = 'connec'
    AND status = 'running'
    AND endpoint = $endpoint
    AND group_id = $group
    AND run = (SELECT max(run) FROM extractions WHERE source = $source AND collection = $collection);
