-- extract/staged_links_clear.sql: empties the scratch table
-- reads: nothing
-- writes: staged_links
-- params:
-- grain: one row removed
DELETE FROM staged_links;
