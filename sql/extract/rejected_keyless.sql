-- extract/rejected_keyless.sql: sets aside the rows of one file that name no record
-- reads: staged_records
-- writes: staged_rejected
-- params: source, collection, unit
-- grain: one row of a file
INSERT INTO staged_rejected (
    source,
    collection,
    line,
    kind,
    reason,
    text
)
SELECT
    source,
    collection,
    place AS line,
    'no_id' AS kind,
    concat('no ID: every ', CASE WHEN $unit = 'line' THEN 'row' ELSE $unit END, ' needs the ID that its application names it by') AS reason,
    coalesce(source_row, raw) AS text
FROM staged_records
WHERE source = $source
    AND collection = $collection
    AND key IS NULL;
