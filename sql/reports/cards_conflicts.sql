-- reports/cards_conflicts.sql: conflicts that concern a record or a cluster of a review item
-- reads: conflicts, clusters, item_clusters
-- writes: nothing
-- params:
-- grain: one conflict of one review item
WITH named AS (
    SELECT DISTINCT
        collection,
        cluster_id AS name,
        review_id
    FROM clusters
    UNION
    SELECT
        collection,
        key,
        review_id
    FROM clusters
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
SEMI JOIN item_clusters u ON u.collection = n.collection AND u.review_id = n.review_id
ORDER BY t.collection, n.review_id, t.kind, t.detail
