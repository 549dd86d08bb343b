-- reports/member_ids_clear.sql: forgets the IDs that each record bears, before another uses the connection
-- reads: nothing
-- writes: nothing; it drops member_ids
-- params:
-- grain: nothing
DROP TABLE IF EXISTS temp.member_ids
