-- match/evaluate_copy_records.sql: all records, for a workspace in which one application is left out.
-- reads: records
-- writes: nothing
-- params:
-- grain: one record, its columns in the table's order
--
-- Raw JSON stays behind: match never reads it, and it holds the IDs that are to be left out.
SELECT * REPLACE (
    '{}' AS raw,
    CAST(NULL AS VARCHAR) AS source_row
)
FROM records
ORDER BY rid
