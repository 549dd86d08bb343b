-- reports/page_overlap.sql: how many things two applications both know, by the IDs inside each cluster
-- reads: clusters, cluster_stats, external_ids
-- writes: nothing
-- params:
-- grain: one pair of provider and realm, within a collection; a pair with itself counts what it knows at all
--
-- Before matching every record stands for itself, so the same picture shows what the hub already links. A thing is named by
-- the smallest number of its records, an application by its place among the eight that know most: which of them know a
-- thing is a number then, of which there are few, and pairs are counted by those.
WITH several AS (
    SELECT
        c.rid,
        min(c.rid) OVER (PARTITION BY c.collection, c.cluster_id) AS thing
    FROM clusters c
    SEMI JOIN cluster_stats s ON s.collection = c.collection AND s.cluster_id = c.cluster_id
),
held AS (
    SELECT DISTINCT
        e.collection,
        e.provider,
        CASE WHEN e.provider = 'connec' THEN '' ELSE e.realm END AS realm,
        coalesce(m.thing, e.rid) AS thing
    FROM external_ids e
    LEFT JOIN several m ON m.rid = e.rid
),
known AS (
    SELECT
        collection,
        provider,
        realm,
        provider || ' ' || realm AS application,
        count(*) AS things
    FROM held
    GROUP BY
        collection,
        provider,
        realm
),
common AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY collection ORDER BY things DESC, application) AS place
    FROM known
    QUALIFY row_number() OVER (PARTITION BY collection ORDER BY things DESC, application) <= 8
),
knowing AS (
    SELECT
        h.collection,
        bit_or(1 << c.place) AS who
    FROM held h
    JOIN common c ON c.collection = h.collection AND c.provider = h.provider AND c.realm = h.realm
    GROUP BY
        h.collection,
        h.thing
),
counted AS (
    SELECT
        collection,
        who,
        count(*) AS things
    FROM knowing
    GROUP BY
        collection,
        who
)
SELECT
    a.collection,
    trim(a.application) AS a,
    trim(b.application) AS b,
    CAST(sum(k.things) AS BIGINT) AS things
FROM common a
JOIN common b ON b.collection = a.collection AND a.application <= b.application
JOIN counted k ON k.collection = a.collection AND k.who & (1 << a.place) <> 0 AND k.who & (1 << b.place) <> 0
GROUP BY ALL
ORDER BY ALL
