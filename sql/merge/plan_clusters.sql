-- merge/plan_clusters.sql: the auto clusters that may need a write, each whole: its members, their IDs and its edges
-- reads: clusters, cluster_stats, records, external_ids, links, refs, edges, conflicts
-- writes: nothing
-- params: collection
-- grain: one auto cluster that holds two hub records or more, a record of an application, or an ID told by a crosswalk;
--   a hub record alone of which a crosswalk tells an ID is one too
--
-- Members and edges come as JSON, so that one statement serves a whole collection. A hub record that two sources hold
-- (the API and an export of it) is two rows here and one member in the planner. `raw` comes only where fields are
-- decided: with two hub records, or with none. Of an ID, n counts the hub records of the collection that hold it; d is
-- true when it is dead (the application's own file lists its IDs, and this one not); v when it is no identity at all.
-- `linked` are IDs that no record bears and a crosswalk that is not off links to this cluster alone.
WITH sided AS (
    SELECT source, collection, left_provider AS by_provider, left_realm AS by_realm, left_id AS by_id,
           right_provider AS provider, right_realm AS realm, right_id AS id
    FROM links
    WHERE collection = $collection
    UNION ALL
    SELECT source, collection, right_provider AS by_provider, right_realm AS by_realm, right_id AS by_id,
           left_provider AS provider, left_realm AS realm, left_id AS id
    FROM links
    WHERE collection = $collection
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
member AS (
    SELECT
        c.cluster_id,
        c.review_id,
        r.rid,
        r.key,
        r.hub,
        r.rid IN (SELECT rid FROM linked) AS is_linked
    FROM clusters c
    JOIN records r USING (rid)
    WHERE c.collection = $collection
        AND (c.tier = 'auto' OR c.tier = 'single' AND r.hub AND r.rid IN (SELECT rid FROM linked))
),
wanted AS (
    SELECT
        cluster_id,
        min(review_id) AS review_id,
        count(DISTINCT key) FILTER (hub) AS hub_records
    FROM member
    GROUP BY cluster_id
    HAVING count(DISTINCT key) FILTER (hub) > 1 OR bool_or(NOT hub) OR bool_or(is_linked)
),
held AS (
    SELECT
        e.provider,
        e.realm,
        e.id,
        count(DISTINCT r.key) AS holders
    FROM external_ids e
    JOIN records r USING (rid)
    WHERE e.collection = $collection AND r.hub
    GROUP BY
        e.provider,
        e.realm,
        e.id
),
own AS (
    SELECT DISTINCT
        provider,
        realm,
        id
    FROM records
    WHERE collection = $collection AND NOT hub
),
listed AS (
    SELECT DISTINCT
        provider,
        realm
    FROM own
),
hub_values AS (
    SELECT DISTINCT key_a AS id_key
    FROM conflicts
    WHERE collection = $collection AND kind = 'hub_value' AND key_a IS NOT NULL
),
ambiguous AS (
    SELECT key_a AS key FROM conflicts WHERE collection = $collection AND kind = 'ambiguous' AND key_a IS NOT NULL
    UNION
    SELECT key_b AS key FROM conflicts WHERE collection = $collection AND kind = 'ambiguous' AND key_b IS NOT NULL
),
named AS (
    SELECT
        e.rid,
        concat_ws('/', replace(replace(e.provider, '%', '%25'), '/', '%2F'),
                       replace(replace(e.realm, '%', '%25'), '/', '%2F'),
                       replace(replace(e.id, '%', '%25'), '/', '%2F')) AS id_key,
        coalesce(h.holders, 0) AS holders,
        l.provider IS NOT NULL AND o.provider IS NULL AS dead
    FROM external_ids e
    JOIN member m USING (rid)
    LEFT JOIN held h USING (provider, realm, id)
    LEFT JOIN listed l USING (provider, realm)
    LEFT JOIN own o USING (provider, realm, id)
),
ids AS (
    SELECT
        n.rid,
        list({'k': n.id_key, 'n': n.holders, 'd': n.dead, 'v': v.id_key IS NOT NULL} ORDER BY n.id_key) AS ids
    FROM named n
    LEFT JOIN hub_values v USING (id_key)
    GROUP BY n.rid
),
linked_ids AS (
    SELECT
        t.rid,
        list({
            'k': concat_ws('/', replace(replace(t.provider, '%', '%25'), '/', '%2F'),
                                replace(replace(t.realm, '%', '%25'), '/', '%2F'),
                                replace(replace(t.id, '%', '%25'), '/', '%2F')),
            'n': 0,
            'd': l.provider IS NOT NULL,
            'v': false
        } ORDER BY t.provider, t.realm, t.id) AS ids
    FROM linked t
    LEFT JOIN listed l USING (provider, realm)
    GROUP BY t.rid
),
referred AS (
    SELECT
        target_rid AS rid,
        count(DISTINCT (rid, path)) AS refs_in
    FROM refs
    WHERE target_collection = $collection AND provider = 'connec' AND target_rid IS NOT NULL
    GROUP BY target_rid
),
members AS (
    SELECT
        m.cluster_id,
        list({
            'key': r.key,
            'source': r.source,
            'hub': r.hub,
            'status': r.status,
            'channel': r.channel_id,
            'created': r.created_at,
            'birth_date': r.birth_date,
            'reference': r.reference,
            'refs_in': coalesce(f.refs_in, 0),
            'ambiguous': a.key IS NOT NULL,
            'ids': coalesce(i.ids, []),
            'linked': coalesce(k.ids, []),
            'raw': if((r.hub AND w.hub_records > 1) OR w.hub_records = 0, r.raw, NULL)
        } ORDER BY r.key, r.source) AS members
    FROM member m
    JOIN wanted w USING (cluster_id)
    JOIN records r USING (rid)
    LEFT JOIN ids i USING (rid)
    LEFT JOIN linked_ids k USING (rid)
    LEFT JOIN referred f USING (rid)
    LEFT JOIN ambiguous a ON a.key = r.key
    GROUP BY m.cluster_id
),
joined AS (
    SELECT
        a.cluster_id,
        list({
            'a': e.key_a,
            'b': e.key_b,
            'kind': e.kind,
            'p': e.probability
        } ORDER BY e.key_a, e.key_b, e.kind, e.probability) AS edges
    FROM edges e
    JOIN member a ON a.rid = e.rid_a
    JOIN member b ON b.rid = e.rid_b AND b.cluster_id = a.cluster_id
    JOIN wanted w ON w.cluster_id = a.cluster_id
    WHERE e.collection = $collection
    GROUP BY a.cluster_id
)
SELECT
    w.cluster_id,
    w.review_id,
    coalesce(s.reason, '') AS reason,
    to_json(m.members)::VARCHAR AS members,
    coalesce(to_json(j.edges)::VARCHAR, '[]') AS edges
FROM wanted w
JOIN members m USING (cluster_id)
LEFT JOIN joined j USING (cluster_id)
LEFT JOIN cluster_stats s ON s.collection = $collection AND s.cluster_id = w.cluster_id
ORDER BY w.cluster_id
