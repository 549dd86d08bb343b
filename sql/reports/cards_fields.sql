-- reports/cards_fields.sql: fields that survivorship decided, for the clusters of every review item, or of one
-- reads: operation_fields, item_clusters
-- writes: nothing
-- params: collection, item
-- grain: one field of one operation
SELECT
    f.collection,
    p.review_id,
    f.field,
    coalesce(f.before, '') AS before,
    coalesce(f.after, '') AS after,
    f.winner_key,
    f.rule,
    f.conflict
FROM operation_fields f
JOIN item_clusters p ON p.collection = f.collection AND p.cluster_id = f.cluster_id
WHERE $item = '' OR (p.collection = $collection AND p.review_id = $item)
ORDER BY f.collection, p.review_id, f.op_id, f.field
