-- extract/rejected_take_out.sql: takes the rows of files that were set aside out of the staged rows of one collection
-- reads: staged_rejected
-- writes: staged_records
-- params: collection
-- grain: one staged row
DELETE FROM staged_records
USING staged_rejected
WHERE staged_records.collection = $collection
    AND staged_records.collection = staged_rejected.collection
    AND staged_records.source = staged_rejected.source
    AND staged_records.place = staged_rejected.line;
