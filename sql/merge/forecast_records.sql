-- merge/forecast_records.sql: hub records that an application's first sync would create in it a second time
-- reads: sync_twins, application_ids, edges, records
-- writes: nothing
-- params:
-- grain: one active hub record and one application (provider and realm) that does not know it, but its twin
WITH bonds AS (
    SELECT
        rid_a AS rid,
        rid_b AS other,
        if(kind = 'fuzzy', probability, 1.0) AS probability
    FROM edges
    UNION ALL
    SELECT
        rid_b AS rid,
        rid_a AS other,
        if(kind = 'fuzzy', probability, 1.0) AS probability
    FROM edges
),
bearers AS (
    SELECT
        collection,
        id_key,
        rid
    FROM application_ids
    UNION ALL
    SELECT
        collection,
        key AS id_key,
        rid
    FROM records
    WHERE hub
)
SELECT
    t.collection,
    t.provider,
    t.realm,
    t.key AS hub_key,
    t.twin_key,
    t.tier,
    t.copied,
    max(b.probability) AS probability              -- of the pair itself; NULL when others of the cluster join the two
FROM sync_twins t
LEFT JOIN bearers l ON l.collection = t.collection AND l.id_key = t.twin_key
LEFT JOIN bonds b ON b.rid = t.rid AND b.other = l.rid
GROUP BY
    t.collection,
    t.provider,
    t.realm,
    t.key,
    t.twin_key,
    t.tier,
    t.copied
ORDER BY
    t.collection,
    t.provider,
    t.realm,
    t.tier,
    t.key
