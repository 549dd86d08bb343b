-- reports/cards_fields.sql: fields that survivorship decided, for the clusters of a review item
-- reads: operation_fields, clusters
-- writes: nothing
-- params:
-- grain: one field of one operation
WITH units AS (
    SELECT
        collection,
        review_id
    FROM clusters
    GROUP BY collection, review_id
    HAVING count(*) > 1
),
placed AS (
    SELECT DISTINCT
        collection,
        cluster_id,
        review_id
    FROM clusters
)
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
JOIN placed p ON p.collection = f.collection AND p.cluster_id = f.cluster_id
JOIN units n ON n.collection = p.collection AND n.review_id = p.review_id
ORDER BY f.collection, p.review_id, f.op_id, f.field
