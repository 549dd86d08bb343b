-- reports/page_collections.sql: what each collection holds and what matching made of it
-- reads: records, clusters, conflicts
-- writes: nothing
-- params:
-- grain: one collection
--
-- A review item is one review_id that holds more than one cluster, or whose cluster was taken out of auto.
WITH held AS (
    SELECT
        collection,
        count(*) AS records,
        count(*) FILTER (hub) AS hub_records
    FROM records
    GROUP BY collection
),
tiers AS (
    SELECT
        collection,
        count(DISTINCT cluster_id) FILTER (tier = 'auto') AS auto_clusters,
        count(*) FILTER (tier = 'auto') AS auto_records,
        count(*) FILTER (tier = 'single') AS singles
    FROM clusters
    GROUP BY collection
),
items AS (
    SELECT
        collection,
        review_id
    FROM clusters
    GROUP BY collection, review_id
    HAVING count(DISTINCT cluster_id) > 1 OR bool_or(tier = 'review')
),
review AS (
    SELECT
        collection,
        count(*) AS review_items
    FROM items
    GROUP BY collection
),
refused AS (
    SELECT
        collection,
        count(*) AS conflicts
    FROM conflicts
    GROUP BY collection
)
SELECT
    h.collection,
    h.records,
    h.hub_records,
    coalesce(t.auto_clusters, 0) AS auto_clusters,
    coalesce(t.auto_records, 0) AS auto_records,
    coalesce(r.review_items, 0) AS review_items,
    coalesce(t.singles, 0) AS singles,
    coalesce(x.conflicts, 0) AS conflicts
FROM held h
LEFT JOIN tiers t USING (collection)
LEFT JOIN review r USING (collection)
LEFT JOIN refused x USING (collection)
ORDER BY h.collection
