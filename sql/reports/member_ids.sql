-- reports/member_ids.sql: makes the table of the IDs that each record bears, for as long as the connection lasts
-- reads: nothing
-- writes: the temporary table member_ids, empty
-- params:
-- grain: member_ids has one record
CREATE TEMP TABLE member_ids (
    rid BIGINT,
    external_ids VARCHAR
)
