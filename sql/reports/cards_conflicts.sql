-- reports/cards_conflicts.sql: conflicts that concern a record or a cluster of every review item, or of one
-- reads: conflicts, clusters
-- writes: nothing
-- params: collection, item
-- grain: one conflict of one review item
WITH several AS (
    SELECT
        collection,
        review_id
    FROM clusters
    WHERE $item = '' OR (collection = $collection AND review_id = $item)
    GROUP BY
        collection,
        review_id
    HAVING count(*) > 1
),
chosen AS (
    SELECT *
    FROM clusters
    SEMI JOIN several USING (collection, review_id)
),
named AS (
    SELECT DISTINCT
        collection,
        cluster_id AS name,
        review_id
    FROM chosen
    UNION
    SELECT
        collection,
        key,
        review_id
    FROM chosen
),
told AS (
    SELECT
        collection,
        unnest([cluster_id, other_cluster_id, key_a, key_b]) AS name,
        kind,
        detail
    FROM conflicts
)
SELECT DISTINCT
    t.collection,
    n.review_id,
    t.kind,
    t.detail
FROM told t
JOIN named n ON n.collection = t.collection AND n.name = t.name
ORDER BY t.collection, n.review_id, t.kind, t.detail
