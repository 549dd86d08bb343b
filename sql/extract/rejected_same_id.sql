-- extract/rejected_same_id.sql: sets aside the rows of one file that have one ID and are not the same
-- reads: staged_records
-- writes: staged_rejected
-- params: source, collection, unit
-- grain: one row of a file
--
-- $unit is what a place counts, line or record. Only a key with a row that makes no record stands on several.
INSERT INTO staged_rejected (
    source,
    collection,
    line,
    kind,
    reason,
    text
)
WITH repeated AS (
    SELECT DISTINCT key
    FROM staged_records
    WHERE source = $source
        AND collection = $collection
        AND key IS NOT NULL
        AND number IS NULL
),

contested AS (
    SELECT
        r.key,
        list_sort(list(r.place))[1:2] AS places
    FROM staged_records AS r
    INNER JOIN repeated
        ON r.key = repeated.key
    WHERE r.source = $source
        AND r.collection = $collection
    GROUP BY r.key
    HAVING min(r.raw) <> max(r.raw)
)

SELECT
    r.source,
    r.collection,
    r.place AS line,
    'same_id' AS kind,
    concat('its ID stands on ', $unit, 's ', c.places[1], ' and ', c.places[2], ' with other values: an ID names one record') AS reason,
    coalesce(r.source_row, r.raw) AS text
FROM staged_records AS r
INNER JOIN contested AS c
    ON r.key = c.key
WHERE r.source = $source
    AND r.collection = $collection;
