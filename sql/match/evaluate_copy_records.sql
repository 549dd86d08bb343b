-- match/evaluate_copy_records.sql: all records, those of the application that is left out without their names.
-- reads: records
-- writes: nothing
-- params: provider, realm
-- grain: one record, its columns in the table's order
--
-- Raw JSON stays behind: match never reads it, and it holds the IDs that are to be left out.
SELECT * REPLACE (
    CASE WHEN provider = $provider AND realm = $realm THEN 'left-out/' || source || '/' || rid ELSE key END AS key,
    CASE WHEN provider = $provider AND realm = $realm THEN 'left-out' ELSE provider END AS provider,
    CASE WHEN provider = $provider AND realm = $realm THEN source ELSE realm END AS realm,
    CASE WHEN provider = $provider AND realm = $realm THEN CAST(rid AS VARCHAR) ELSE id END AS id,
    '{}' AS raw,
    CAST(NULL AS VARCHAR) AS source_row
)
FROM records
ORDER BY rid
