-- merge/forecast_applications.sql: what each application's first sync would create in it
-- reads: records, external_ids, links, clusters, conflicts
-- writes: nothing
-- params:
-- grain: one collection and one application (provider and realm) that any record bears an ID of
--
-- The same reading of "knows" and "holds a twin" as in forecast_records.sql, counted: auto before review, a hub record
-- once. hub_records = known + would_create; twins + review_twins <= would_create.
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
    SELECT DISTINCT
        g.collection,
        g.tier,
        g.group_id,
        l.provider,
        l.realm
    FROM groups g
    JOIN living l USING (rid)
),
twins AS (
    SELECT
        a.collection,
        h.provider,
        h.realm,
        a.key,
        min(h.tier) AS tier                        -- auto sorts before review
    FROM active a
    JOIN groups g USING (collection, rid)
    JOIN held h USING (collection, tier, group_id)
    LEFT JOIN known k USING (collection, key, provider, realm)
    WHERE k.key IS NULL
    GROUP BY
        a.collection,
        h.provider,
        h.realm,
        a.key
),
applications AS (
    SELECT DISTINCT
        collection,
        provider,
        realm
    FROM named
),
totals AS (
    SELECT
        collection,
        count(*) AS hub_records
    FROM active
    GROUP BY collection
),
known_counts AS (
    SELECT
        k.collection,
        k.provider,
        k.realm,
        count(*) AS known
    FROM known k
    SEMI JOIN active a USING (collection, key)
    GROUP BY
        k.collection,
        k.provider,
        k.realm
),
twin_counts AS (
    SELECT
        collection,
        provider,
        realm,
        count(*) FILTER (WHERE tier = 'auto') AS twins,
        count(*) FILTER (WHERE tier = 'review') AS review_twins
    FROM twins
    GROUP BY
        collection,
        provider,
        realm
)
SELECT
    p.collection,
    p.provider,
    p.realm,
    coalesce(t.hub_records, 0) AS hub_records,
    coalesce(k.known, 0) AS known,
    coalesce(t.hub_records, 0) - coalesce(k.known, 0) AS would_create,
    coalesce(w.twins, 0) AS twins,
    coalesce(w.review_twins, 0) AS review_twins
FROM applications p
LEFT JOIN totals t USING (collection)
LEFT JOIN known_counts k USING (collection, provider, realm)
LEFT JOIN twin_counts w USING (collection, provider, realm)
ORDER BY
    p.collection,
    p.provider,
    p.realm
