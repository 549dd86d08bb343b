-- extract/quality_forget.sql: forget what was counted of the fields and IDs of an earlier extraction.
-- reads: nothing
-- writes: quality, id_coverage
-- params:
-- grain: none left
DELETE FROM quality;
DELETE FROM id_coverage;
