-- reports/review_items.sql: the records of every review item: what a person is asked about.
-- reads: clusters, cluster_stats, edges, operations
-- writes: nothing
-- params: sent_back
-- grain: one record of one review item
--
-- An item is a review_id that holds more than one cluster, or a cluster that was taken out of auto: by match, or with
-- sent_back by the plan, whose reason is told then. probability is that it
-- is one thing, by the strongest pair between two of its clusters, else by its weakest link; 0.5 where none was scored.
-- Records come in the order of cards, those of the hub first in each cluster.
WITH sent AS (
    SELECT
        collection,
        cluster_id,
        min(coalesce(json_extract_string(operation, '$.reason.text'), reason)) AS why
    FROM operations
    WHERE $sent_back AND type = 'withheld' AND starts_with(reason, 'field_conflict_')
    GROUP BY
        collection,
        cluster_id
),

members AS (
    SELECT
        c.collection,
        c.review_id,
        c.cluster_id,
        c.key,
        CASE WHEN s.why IS NULL THEN c.tier ELSE 'review' END AS tier,
        s.why
    FROM clusters AS c
    LEFT JOIN sent AS s
        ON c.collection = s.collection
        AND c.cluster_id = s.cluster_id
),

items AS (
    SELECT
        collection,
        review_id,
        count(DISTINCT cluster_id) AS clusters
    FROM members
    GROUP BY
        collection,
        review_id
    HAVING count(DISTINCT cluster_id) > 1
        OR bool_or(tier = 'review')
),

between_clusters AS (
    SELECT
        a.collection,
        a.review_id,
        max(e.probability) AS probability
    FROM edges AS e
    INNER JOIN clusters AS a
        ON e.rid_a = a.rid
        AND e.collection = a.collection
    INNER JOIN clusters AS b
        ON e.rid_b = b.rid
        AND e.collection = b.collection
        AND a.review_id = b.review_id
        AND a.cluster_id <> b.cluster_id
    GROUP BY
        a.collection,
        a.review_id
)

SELECT
    c.collection,
    c.review_id,
    c.key,
    c.cluster_id,
    c.tier,
    coalesce(b.probability, CASE WHEN i.clusters = 1 THEN 1 / (1 + pow(2, -s.weakest)) END, 0.5) AS probability,
    coalesce(c.why, '') AS sent_back
FROM items AS i
INNER JOIN members AS c
    ON i.collection = c.collection
    AND i.review_id = c.review_id
LEFT JOIN between_clusters AS b
    ON i.collection = b.collection
    AND i.review_id = b.review_id
LEFT JOIN cluster_stats AS s
    ON c.collection = s.collection
    AND c.cluster_id = s.cluster_id
ORDER BY
    c.collection,
    c.review_id,
    c.cluster_id,
    starts_with(c.key, 'connec/') DESC,
    c.key
