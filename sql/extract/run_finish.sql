-- extract/run_finish.sql: closes a run with its counts and its verdict
-- reads: nothing
-- writes: extractions
-- params: run, source, collection, finished_at, rows_got, records, repeated, id_defects, dangling_refs, ids_checked, ids_known, status, doubt, note, total, counts_from, as_of, ids_as_of
-- grain: one row
UPDATE extractions
SET
    finished_at = $finished_at,
    rows_got = $rows_got,
    records = $records,
    repeated = $repeated,
    id_defects = $id_defects,
    dangling_refs = $dangling_refs,
    ids_checked = $ids_checked,
    ids_known = $ids_known,
    status = $status,
    doubt = $doubt,
    note = $note,
    total = $total,
    counts_from = $counts_from,
    as_of = $as_of,
    ids_as_of = $ids_as_of
WHERE run = $run
    AND source = $source
    AND collection = $collection;
