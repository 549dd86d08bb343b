-- reports/decisions.sql: what people have decided and what stands, as it is exported.
-- reads: standing
-- writes: nothing
-- params:
-- grain: one pair of records, or one record and field; the keys are '' when no record is meant any more
SELECT
    collection,
    kind,
    record,
    other,
    field,
    who,
    decided_at,
    why,
    coalesce(record_key, '') AS record_key,
    coalesce(other_key, '') AS other_key
FROM standing
ORDER BY
    collection,
    kind,
    record,
    other,
    field
