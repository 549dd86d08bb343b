-- extract/run_changes.sql: counts on an incremental run what is new and what is not as it was
-- reads: staged_records, records
-- writes: extractions
-- params: source, collection, run, first_place
-- grain: one row
--
-- Only a row that the run itself received, from $first_place on, can be new or other than it was. A run that was killed
-- after its records were loaded loads them once more, and finds nothing new then: what it counted before stays.
UPDATE extractions
SET
    added = coalesce(extractions.added, 0) + counted.added,
    changed = coalesce(extractions.changed, 0) + counted.changed
FROM (
    SELECT
        count(*) FILTER (WHERE records.key IS NULL) AS added,
        count(*) FILTER (WHERE records.raw <> staged.raw) AS changed
    FROM staged_records AS staged
    LEFT JOIN records
        ON staged.source = records.source
            AND staged.collection = records.collection
            AND staged.key = records.key
    WHERE staged.source = $source
        AND staged.collection = $collection
        AND staged.place >= $first_place
        AND staged.number IS NOT NULL
) AS counted
WHERE extractions.run = $run
    AND extractions.source = $source
    AND extractions.collection = $collection;
