-- reports/csv_fix_in_app.sql: probable duplicates inside one application, for fix_in_app.csv
-- reads: fix_in_app
-- writes: nothing
-- params:
-- grain: one ID that an application should merge into another ID of its own
SELECT *
FROM fix_in_app
ORDER BY collection, provider, realm, length(keep_id), keep_id, length(merge_id), merge_id
