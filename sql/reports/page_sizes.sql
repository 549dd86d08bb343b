-- reports/page_sizes.sql: how many clusters have how many records, by tier; nine and more together
-- reads: cluster_stats
-- writes: nothing
-- params:
-- grain: one size of one tier of one collection
SELECT
    collection,
    least(size, 9) AS size,
    count(*) FILTER (tier = 'auto') AS auto,
    count(*) FILTER (tier <> 'auto') AS review
FROM cluster_stats
WHERE size > 1
GROUP BY ALL
ORDER BY collection, size
