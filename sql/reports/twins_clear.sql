-- reports/twins_clear.sql: gives back what twins.sql keeps, before another uses the connection
-- reads: nothing
-- writes: the temporary tables of twins.sql
-- params:
-- grain: none
DROP VIEW IF EXISTS temp.sync_twins;
DROP TABLE IF EXISTS temp.report_twins;
DROP VIEW IF EXISTS temp.application_ids;
DROP TABLE IF EXISTS temp.report_ids;
