-- merge/plan_loose.sql: records of applications that no auto cluster holds, with all that speaks against writing them
-- reads: clusters, records, external_ids, conflicts
-- writes: nothing
-- params: collection, with_raw
-- grain: one record of an application in a cluster of tier single or review
--
-- kinds are the conflicts that name the record or its cluster; candidate is the smallest hub record of its review
-- cluster, NULL when that holds none; company is whether the review cluster is wider than the cluster itself.
WITH loose AS (
    SELECT
        c.cluster_id,
        c.review_id,
        c.tier,
        r.rid,
        r.key,
        r.source,
        r.raw,
        r.created_at
    FROM clusters c
    JOIN records r USING (rid)
    WHERE c.collection = $collection AND c.tier <> 'auto' AND NOT r.hub
),
reviews AS (
    SELECT
        c.review_id,
        count(DISTINCT c.cluster_id) AS clusters,
        min(r.key) FILTER (r.hub) AS candidate
    FROM clusters c
    JOIN records r USING (rid)
    WHERE c.collection = $collection
    GROUP BY c.review_id
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
hub_values AS (
    SELECT DISTINCT key_a AS id_key
    FROM conflicts
    WHERE collection = $collection AND kind = 'hub_value' AND key_a IS NOT NULL
),
named AS (
    SELECT
        e.rid,
        concat_ws('/', replace(replace(e.provider, '%', '%25'), '/', '%2F'),
                       replace(replace(e.realm, '%', '%25'), '/', '%2F'),
                       replace(replace(e.id, '%', '%25'), '/', '%2F')) AS id_key,
        coalesce(h.holders, 0) AS holders
    FROM external_ids e
    JOIN loose l USING (rid)
    LEFT JOIN held h USING (provider, realm, id)
),
ids AS (
    SELECT
        n.rid,
        list({'k': n.id_key, 'n': n.holders, 'd': false, 'v': v.id_key IS NOT NULL} ORDER BY n.id_key) AS ids
    FROM named n
    LEFT JOIN hub_values v USING (id_key)
    GROUP BY n.rid
),
told AS (
    SELECT key_a AS name, kind FROM conflicts WHERE collection = $collection AND key_a IS NOT NULL
    UNION
    SELECT key_b AS name, kind FROM conflicts WHERE collection = $collection AND key_b IS NOT NULL
    UNION
    SELECT cluster_id AS name, kind FROM conflicts WHERE collection = $collection AND cluster_id IS NOT NULL
    UNION
    SELECT other_cluster_id AS name, kind FROM conflicts WHERE collection = $collection AND other_cluster_id IS NOT NULL
),
kinds AS (
    SELECT
        l.rid,
        list_sort(list(DISTINCT t.kind)) AS kinds
    FROM loose l
    JOIN told t ON t.name = l.key OR t.name = l.cluster_id
    GROUP BY l.rid
)
SELECT
    l.cluster_id,
    l.tier,
    l.key,
    l.source,
    v.clusters > 1 AS company,
    v.candidate,
    coalesce(array_to_string(k.kinds, ','), '') AS kinds,
    coalesce(to_json(i.ids)::VARCHAR, '[]') AS ids,
    if($with_raw, l.raw, NULL) AS raw
FROM loose l
JOIN reviews v USING (review_id)
LEFT JOIN kinds k USING (rid)
LEFT JOIN ids i USING (rid)
ORDER BY
    l.key,
    l.source
