-- extract/staged_keys_clear.sql: empties the scratch table
-- reads: nothing
-- writes: staged_keys
-- params:
-- grain: one row removed
DELETE FROM staged_keys;
