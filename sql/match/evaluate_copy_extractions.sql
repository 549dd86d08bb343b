-- match/evaluate_copy_extractions.sql: what extract said of its work, which match looks at before it begins.
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one row, its columns in the table's order
SELECT *
FROM extractions
ORDER BY ALL
