-- merge/plan_review_items.sql: the review clusters that a person must look at
-- reads: clusters
-- writes: nothing
-- params:
-- grain: one review cluster that holds more than one cluster, or one taken out of auto
SELECT
    collection,
    review_id
FROM clusters
GROUP BY
    collection,
    review_id
HAVING count(DISTINCT cluster_id) > 1 OR bool_or(tier = 'review')
ORDER BY
    collection,
    review_id
