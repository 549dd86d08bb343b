-- match/evaluate_copy_stages.sql: what extract said of its work, which match looks at before it begins.
-- reads: stages
-- writes: nothing
-- params:
-- grain: one row, its columns in the table's order
SELECT *
FROM stages
WHERE stage = 'extract'
ORDER BY ALL
