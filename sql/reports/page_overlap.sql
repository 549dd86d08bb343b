-- reports/page_overlap.sql: how many things two applications both know, by the IDs inside each cluster
-- reads: clusters, external_ids
-- writes: nothing
-- params:
-- grain: one pair of provider and realm, within a collection; a pair with itself counts what it knows at all
--
-- Before matching every record stands for itself, so the same picture shows what the hub already links.
WITH held AS (
    SELECT DISTINCT
        e.collection,
        e.provider || ' ' || CASE WHEN e.provider = 'connec' THEN '' ELSE e.realm END AS application,
        coalesce(c.cluster_id, 'record ' || e.rid) AS thing
    FROM external_ids e
    LEFT JOIN clusters c ON c.rid = e.rid AND c.collection = e.collection
),
common AS (
    SELECT
        collection,
        application
    FROM held
    GROUP BY collection, application
    QUALIFY row_number() OVER (PARTITION BY collection ORDER BY count(*) DESC, application) <= 8
)
SELECT
    a.collection,
    trim(a.application) AS a,
    trim(b.application) AS b,
    count(*) AS things
FROM held a
JOIN held b ON b.collection = a.collection AND b.thing = a.thing AND a.application <= b.application
SEMI JOIN common ca ON ca.collection = a.collection AND ca.application = a.application
SEMI JOIN common cb ON cb.collection = b.collection AND cb.application = b.application
GROUP BY ALL
ORDER BY ALL
