-- match/120_spark_records.sql: hand records over to Spark, each with the blocks that it stands in.
-- reads: rows()
-- writes: Parquet files in a folder
-- params: folder
-- rows: record VARCHAR, blocks VARCHAR
-- grain: one record that is compared
COPY (
    SELECT
        made.record,
        made.blocks
    FROM rows() AS made
) TO $folder (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES 268435456)
