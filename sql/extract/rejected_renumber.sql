-- extract/rejected_renumber.sql: numbers the staged records of one collection anew, without gaps, in the order that they had
-- reads: staged_records
-- writes: staged_records
-- params: collection
-- grain: one staged row that makes a record
UPDATE staged_records
SET number = dense.number
FROM (
    SELECT
        number AS gapped,
        row_number() OVER (ORDER BY number) AS number
    FROM staged_records
    WHERE collection = $collection
        AND number IS NOT NULL
) AS dense
WHERE staged_records.collection = $collection
    AND staged_records.number = dense.gapped;
