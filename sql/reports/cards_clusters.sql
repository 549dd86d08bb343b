-- reports/cards_clusters.sql: clusters of each item
-- reads: card_places, clusters, cluster_stats
-- writes: nothing
-- params:
-- grain: one cluster; its records are the next ones of the item
WITH held AS (
    SELECT
        p.item,
        c.collection,
        c.review_id,
        c.cluster_id,
        min(c.tier) AS tier,
        count(*) AS records
    FROM card_places p
    JOIN clusters c ON c.rid = p.rid
    GROUP BY ALL
)
SELECT
    h.item,
    h.collection,
    h.review_id,
    h.cluster_id,
    h.tier,
    coalesce(s.reason, '') AS reason,
    s.weakest,
    h.records
FROM held h
LEFT JOIN cluster_stats s ON s.collection = h.collection AND s.cluster_id = h.cluster_id
ORDER BY h.item, h.cluster_id
