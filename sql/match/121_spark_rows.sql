-- match/121_spark_rows.sql: what the kernel's processes in Spark wrote; the kernel's contract says what the columns are.
-- reads: Parquet files
-- writes: nothing
-- params: files
-- grain: one row of the kernel's output
SELECT
    kind,
    a,
    b,
    c,
    d,
    e,
    f
FROM read_parquet($files)
