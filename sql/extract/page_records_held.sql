-- extract/page_records_held.sql: how many records of pages the workspace holds
-- reads: page_records
-- writes: nothing
-- params:
-- grain: one row
SELECT count(*) AS held FROM page_records
