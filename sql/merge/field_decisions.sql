-- merge/field_decisions.sql: what people decided on survivors and fields, the latest last
-- reads: standing
-- writes: nothing
-- params:
-- grain: one record and field
SELECT
    collection,
    record_key AS key,
    CASE kind WHEN 'survivor' THEN 'survivor' ELSE field END AS field
FROM standing
WHERE kind IN ('survivor', 'value') AND record_key IS NOT NULL
ORDER BY
    decided_at,
    collection,
    field,
    key
