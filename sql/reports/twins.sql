-- reports/twins.sql: keeps the twins of first syncs for as long as the connection lasts: the page and the tables both read them
-- reads: application_ids, sync_twins
-- writes: temporary tables of the same names, which stand before the views in what this connection runs
-- params:
-- grain: as in the views
CREATE TEMP TABLE report_ids AS FROM main.application_ids;
CREATE TEMP VIEW application_ids AS FROM report_ids;
CREATE TEMP TABLE report_twins AS FROM main.sync_twins;
CREATE TEMP VIEW sync_twins AS FROM report_twins;
