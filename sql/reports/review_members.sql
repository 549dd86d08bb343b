-- reports/review_members.sql: the records of every review item: what a person is asked about.
-- reads: clusters
-- writes: nothing
-- params:
-- grain: one record of one review item
--
-- An item is a review_id that holds more than one cluster, or a cluster that was taken out of auto.
WITH items AS (
    SELECT
        collection,
        review_id
    FROM clusters
    GROUP BY
        collection,
        review_id
    HAVING
        count(DISTINCT cluster_id) > 1
        OR bool_or(tier = 'review')
)

SELECT
    c.collection,
    c.review_id,
    c.key,
    c.cluster_id
FROM clusters AS c
INNER JOIN items AS i
    ON c.collection = i.collection
    AND c.review_id = i.review_id
ORDER BY
    c.collection,
    c.review_id,
    c.key
