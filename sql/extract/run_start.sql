-- extract/run_start.sql: opens a run
-- reads: nothing
-- writes: extractions
-- params: run, source, source_type, collection, endpoint, group, started_at, note, mode, first_sweep, counts_from, since, as_of, ids_as_of
-- grain: one row
INSERT INTO extractions (
    run,
    source,
    source_type,
    collection,
    endpoint,
    group_id,
    started_at,
    rows_got,
    records,
    repeated,
    id_defects,
    dangling_refs,
    status,
    skip,
    note,
    mode,
    first_sweep,
    counts_from,
    since,
    as_of,
    ids_as_of,
    vanished
)
VALUES (
    $run,
    $source,
    $source_type,
    $collection,
    $endpoint,
    $group,
    $started_at,
    0,
    0,
    0,
    0,
    0,
    'running',
    0,
    $note,
    $mode,
    $first_sweep,
    $counts_from,
    $since,
    $as_of,
    $ids_as_of,
    0
);
