-- extract/keyless.sql: the first row of one source that names no record
-- reads: staged_records
-- writes: nothing
-- params: source, collection
-- grain: at most one row
SELECT
    place,
    json_extract(raw, '$.id')::VARCHAR AS id,
    json_extract_string(raw, '$.code') AS code
FROM staged_records
WHERE source = $source
    AND collection = $collection
    AND key IS NULL
ORDER BY place
LIMIT 1;
