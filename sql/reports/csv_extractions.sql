-- reports/csv_extractions.sql: runs of extract, the only one of the set with times, runs and paths, for extractions.csv
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one run over one source and collection
SELECT
    run,
    source,
    source_type,
    collection,
    endpoint,
    group_id,
    started_at,
    finished_at,
    total,
    rows_got,
    records,
    repeated,
    id_defects,
    dangling_refs,
    ids_checked,
    ids_known,
    status,
    doubt,
    note,
    mode,
    as_of,
    ids_as_of,
    added,
    changed,
    vanished
FROM extractions
ORDER BY run, source, collection
