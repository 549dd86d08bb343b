-- merge/plan_extracted_at.sql: when the extraction ended, the only time that a plan bears
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one row
SELECT
    coalesce(max(finished_at), TIMESTAMP '1970-01-01') AS extracted_at
FROM extractions
