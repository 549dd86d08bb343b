-- extract/rejected_rows.sql: keeps the rows of the files of one collection that could not be loaded
-- reads: staged_rejected
-- writes: rejected_rows
-- params: collection
-- grain: one row of a file
INSERT INTO rejected_rows (
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
    line,
    kind,
    reason,
    text
FROM staged_rejected
WHERE collection = $collection;
