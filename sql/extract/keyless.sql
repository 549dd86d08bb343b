-- extract/keyless.sql: the first row of one source that names no record
-- reads: staged_keys, staged_rows
-- writes: nothing
-- params: source, collection
-- grain: at most one row
SELECT
    r.place,
    json_extract(r.raw, '$.id')::VARCHAR AS id,
    json_extract_string(r.raw, '$.code') AS code
FROM staged_keys AS k
INNER JOIN staged_rows AS r
    ON k.source = r.source
        AND k.collection = r.collection
        AND k.place = r.place
WHERE k.source = $source
    AND k.collection = $collection
    AND k.key IS NULL
ORDER BY r.place
LIMIT 1;
