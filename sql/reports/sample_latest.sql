-- reports/sample_latest.sql: the clusters of the latest sample, in the order drawn.
-- reads: samples, clusters, stages
-- writes: nothing
-- params:
-- grain: one record of one drawn cluster; review_id and cluster_now are '' when no cluster holds just its records any more
WITH latest AS (
    SELECT *
    FROM samples
    WHERE sample = (SELECT max(sample) FROM samples)
),

sizes AS (
    SELECT
        collection,
        cluster_id,
        any_value(review_id) AS review_id,
        count(*) AS records
    FROM clusters
    WHERE cluster_id IN (SELECT c.cluster_id FROM clusters AS c INNER JOIN latest AS l ON c.collection = l.collection AND c.key = l.key)
    GROUP BY
        collection,
        cluster_id
),

still AS (
    SELECT
        l.place,
        CASE WHEN count(DISTINCT c.cluster_id) = 1 AND any_value(z.records) = count(*) THEN any_value(c.cluster_id) END AS cluster_id,
        any_value(z.review_id) AS review_id
    FROM latest AS l
    INNER JOIN clusters AS c
        ON l.collection = c.collection
        AND l.key = c.key
    INNER JOIN sizes AS z
        ON c.collection = z.collection
        AND c.cluster_id = z.cluster_id
    GROUP BY l.place
)

SELECT
    l.sample,
    l.seed,
    l.population,
    l.drawn_at < (SELECT coalesce(max(finished_at), l.drawn_at) FROM stages WHERE stage = 'match') AS older,
    l.collection,
    l.place,
    l.key,
    coalesce(s.cluster_id, '') AS cluster_now,
    CASE WHEN s.cluster_id IS NULL THEN '' ELSE s.review_id END AS review_id
FROM latest AS l
LEFT JOIN still AS s ON l.place = s.place
ORDER BY
    l.place,
    l.key
