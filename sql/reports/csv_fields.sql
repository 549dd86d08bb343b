-- reports/csv_fields.sql: what survives of fields whose values differed, for fields.csv
-- reads: operation_fields
-- writes: nothing
-- params:
-- grain: one field of one operation
SELECT
    collection,
    cluster_id,
    op_id,
    field,
    before,
    after,
    winner_key,
    rule,
    losing,
    conflict
FROM operation_fields
ORDER BY collection, cluster_id, op_id, field
