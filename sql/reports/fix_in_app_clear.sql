-- reports/fix_in_app_clear.sql: forgets the probable duplicates inside applications, before another uses the connection
-- reads: nothing
-- writes: nothing; it drops fix_in_app
-- params:
-- grain: nothing
DROP TABLE IF EXISTS temp.fix_in_app
