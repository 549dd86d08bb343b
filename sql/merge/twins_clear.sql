-- merge/twins_clear.sql: forgets the twins of first syncs
-- reads: nothing
-- writes: nothing; it drops what merge/twins.sql made
-- params:
-- grain: nothing
DROP VIEW IF EXISTS temp.application_ids;
DROP TABLE IF EXISTS temp.twins;
DROP TABLE IF EXISTS temp.twin_known;
DROP TABLE IF EXISTS temp.twin_applications;
DROP TABLE IF EXISTS temp.twin_places;
DROP TABLE IF EXISTS temp.twin_ids;
DROP TABLE IF EXISTS temp.twin_hubs;
DROP TABLE IF EXISTS temp.twin_hub_records;
DROP TABLE IF EXISTS temp.twin_members;
DROP TABLE IF EXISTS temp.twin_lacking;
DROP TABLE IF EXISTS temp.twin_living;
