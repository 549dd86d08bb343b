-- merge/forecast_records.sql: hub records that an application's first sync would create in it a second time
-- reads: records, external_ids, links, clusters, edges, conflicts
-- writes: nothing
-- params:
-- grain: one active hub record and one application (provider and realm) that does not know it but holds its twin
--
-- An application knows a hub record by an ID of its own provider and realm; what it does not know it creates. It holds
-- a twin when another record of the cluster (auto) or of the wider review cluster (review) bears an ID of its own.
-- IDs that are no identity (conflict hub_value) and dead ones (the application's own file lists its IDs, this one not)
-- prove nothing about what the application holds. An ID that no record bears and a crosswalk links to the records of one
-- cluster is that cluster's too.
WITH hub_values AS (
    SELECT DISTINCT
        collection,
        key_a AS id_key
    FROM conflicts
    WHERE kind = 'hub_value' AND key_a IS NOT NULL
),
ids AS (
    SELECT
        e.rid,
        e.collection,
        e.provider,
        e.realm,
        e.id,
        concat_ws('/', replace(replace(e.provider, '%', '%25'), '/', '%2F'),
                       replace(replace(e.realm, '%', '%25'), '/', '%2F'),
                       replace(replace(e.id, '%', '%25'), '/', '%2F')) AS id_key
    FROM external_ids e
    WHERE e.provider <> 'connec'
),
identities AS (
    SELECT ids.*
    FROM ids
    ANTI JOIN hub_values USING (collection, id_key)
    WHERE NOT regexp_matches(lower(trim(ids.id)), '^(0+|-1|-+|n[./]?a\.?|none|nil|null|undefined|unknown)$')  -- as the plan reads them
),
sided AS (
    SELECT source, collection, left_provider AS by_provider, left_realm AS by_realm, left_id AS by_id,
           right_provider AS provider, right_realm AS realm, right_id AS id
    FROM links
    UNION ALL
    SELECT source, collection, right_provider AS by_provider, right_realm AS by_realm, right_id AS by_id,
           left_provider AS provider, left_realm AS realm, left_id AS id
    FROM links
),
told AS (
    SELECT
        e.rid,
        s.collection,
        s.provider,
        s.realm,
        s.id,
        count(DISTINCT c.cluster_id) OVER (PARTITION BY s.collection, s.provider, s.realm, s.id) AS clusters
    FROM sided s
    JOIN external_ids e
        ON e.collection = s.collection AND e.provider = s.by_provider AND e.realm = s.by_realm AND e.id = s.by_id
    JOIN clusters c ON c.rid = e.rid
    ANTI JOIN (SELECT DISTINCT provider AS source FROM conflicts WHERE kind = 'link_source_off') off USING (source)
    WHERE s.provider <> 'connec'
),
linked AS (
    SELECT DISTINCT
        t.rid,
        t.collection,
        t.provider,
        t.realm,
        t.id
    FROM told t
    ANTI JOIN external_ids e USING (collection, provider, realm, id)
    WHERE t.clusters = 1
),
named AS (
    SELECT
        rid,
        collection,
        provider,
        realm,
        id,
        id_key
    FROM identities
    UNION ALL
    SELECT
        rid,
        collection,
        provider,
        realm,
        id,
        concat_ws('/', replace(replace(provider, '%', '%25'), '/', '%2F'),
                       replace(replace(realm, '%', '%25'), '/', '%2F'),
                       replace(replace(id, '%', '%25'), '/', '%2F')) AS id_key
    FROM linked
),
listed AS (
    SELECT DISTINCT
        collection,
        provider,
        realm
    FROM records
    WHERE NOT hub
),
living AS (
    SELECT i.*
    FROM named i
    LEFT JOIN listed USING (collection, provider, realm)
    LEFT JOIN (SELECT DISTINCT collection, provider, realm, id FROM records WHERE NOT hub) own
        USING (collection, provider, realm, id)
    WHERE listed.collection IS NULL OR own.collection IS NOT NULL
),
active AS (
    SELECT
        collection,
        key,
        min(rid) AS rid
    FROM records
    WHERE hub
    GROUP BY
        collection,
        key
    HAVING bool_or(coalesce(upper(status), '') NOT IN ('INACTIVE', 'ARCHIVED'))
),
known AS (
    SELECT DISTINCT
        r.collection,
        r.key,
        i.provider,
        i.realm
    FROM records r
    JOIN identities i USING (rid)
    WHERE r.hub
),
groups AS (
    SELECT
        collection,
        rid,
        'auto' AS tier,
        cluster_id AS group_id
    FROM clusters
    WHERE tier IN ('auto', 'single')
    UNION ALL
    SELECT
        collection,
        rid,
        'review' AS tier,
        review_id AS group_id
    FROM clusters
),
held AS (
    SELECT
        g.collection,
        g.tier,
        g.group_id,
        l.provider,
        l.realm,
        min(l.id_key) AS twin_key
    FROM groups g
    JOIN living l USING (rid)
    GROUP BY
        g.collection,
        g.tier,
        g.group_id,
        l.provider,
        l.realm
),
twins AS (
    SELECT
        a.collection,
        h.provider,
        h.realm,
        a.key,
        a.rid,
        min(h.tier) AS tier,                       -- auto sorts before review
        arg_min(h.twin_key, h.tier) AS twin_key,
        arg_min(h.group_id, h.tier) AS group_id
    FROM active a
    JOIN groups g USING (collection, rid)
    JOIN held h USING (collection, tier, group_id)
    LEFT JOIN known k USING (collection, key, provider, realm)
    WHERE k.key IS NULL
    GROUP BY
        a.collection,
        h.provider,
        h.realm,
        a.key,
        a.rid
),
bonds AS (
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
)
SELECT
    t.collection,
    t.provider,
    t.realm,
    t.key AS hub_key,
    t.twin_key,
    t.tier,
    max(b.probability) AS probability              -- of the pair itself; NULL when others of the cluster join the two
FROM twins t
LEFT JOIN living l ON l.collection = t.collection AND l.id_key = t.twin_key
LEFT JOIN bonds b ON b.rid = t.rid AND b.other = l.rid
GROUP BY
    t.collection,
    t.provider,
    t.realm,
    t.key,
    t.twin_key,
    t.tier
ORDER BY
    t.collection,
    t.provider,
    t.realm,
    t.tier,
    t.key
