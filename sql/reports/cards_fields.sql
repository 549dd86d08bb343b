-- reports/cards_fields.sql: fields that survivorship decided, for the clusters of each item
-- reads: card_places, clusters, operation_fields
-- writes: nothing
-- params:
-- grain: one field of one operation
WITH held AS (
    SELECT DISTINCT
        p.item,
        c.collection,
        c.cluster_id
    FROM card_places p
    JOIN clusters c ON c.rid = p.rid
)
SELECT
    h.item,
    f.field,
    coalesce(f.before, '') AS before,
    coalesce(f.after, '') AS after,
    f.winner_key,
    f.rule,
    f.conflict
FROM operation_fields f
JOIN held h ON h.collection = f.collection AND h.cluster_id = f.cluster_id
ORDER BY h.item, f.op_id, f.field
