-- extract/run_advance.sql: moves a run on, in the same transaction as the page that it moved by
-- reads: nothing
-- writes: extractions
-- params: run, source, collection, rows_got, skip, total
-- grain: one row
UPDATE extractions
SET
    rows_got = $rows_got,
    skip = $skip,
    total = $total
WHERE run = $run
    AND source = $source
    AND collection = $collection;
