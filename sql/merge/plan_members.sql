-- merge/plan_members.sql: the records of one collection that a plan may write or must account for, with what is known of them
-- reads: clusters, cluster_stats, records, application_ids, refs, conflicts
-- writes: plan_members
-- params: collection, creating
-- grain: one record of an auto cluster that holds two hub records or more, a record of an application or an ID told by a
--   crosswalk (a hub record alone of which one is told, too); and one record of an application that no auto cluster holds
--
-- A hub record that two sources hold (the API and an export of it) is two rows here and one member in the planner. The
-- raw record is wanted only where fields are decided: with two hub records, or where one is to be created.
INSERT INTO plan_members
WITH told AS (
    SELECT DISTINCT rid
    FROM application_ids
    WHERE collection = $collection AND told
),
member AS (
    SELECT
        c.cluster_id,
        c.review_id,
        c.tier,
        c.tier <> 'auto' AND NOT r.hub AS loose,
        r.rid,
        r.key,
        r.hub,
        t.rid IS NOT NULL AS is_told
    FROM clusters c
    JOIN records r USING (rid)
    LEFT JOIN told t USING (rid)
    WHERE c.collection = $collection
        AND (c.tier = 'auto' OR NOT r.hub OR c.tier = 'single' AND t.rid IS NOT NULL)
),
wanted AS (
    SELECT
        cluster_id,
        count(DISTINCT key) FILTER (hub) AS hub_records,
        row_number() OVER (ORDER BY cluster_id) AS place
    FROM member
    WHERE NOT loose
    GROUP BY cluster_id
    HAVING count(DISTINCT key) FILTER (hub) > 1 OR bool_or(NOT hub) OR bool_or(is_told)
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
chosen AS (
    SELECT
        m.*,
        coalesce(w.place, row_number() OVER (PARTITION BY m.loose ORDER BY m.key, m.rid)) AS place,
        CASE WHEN m.loose THEN $creating ELSE w.hub_records > 1 AND m.hub OR w.hub_records = 0 AND $creating END AS with_raw
    FROM member m
    LEFT JOIN wanted w USING (cluster_id)
    WHERE m.loose OR w.cluster_id IS NOT NULL
),
referred AS (
    SELECT
        target_rid AS rid,
        count(DISTINCT (rid, path)) AS refs_in
    FROM refs
    WHERE target_collection = $collection AND provider = 'connec' AND target_rid IS NOT NULL
    GROUP BY target_rid
),
naming AS (                                       -- what each conflict speaks of: records, and whole clusters
    SELECT key_a AS name, kind, false AS of_cluster FROM conflicts WHERE collection = $collection AND key_a IS NOT NULL
    UNION
    SELECT key_b AS name, kind, false AS of_cluster FROM conflicts WHERE collection = $collection AND key_b IS NOT NULL
    UNION
    SELECT cluster_id AS name, kind, true AS of_cluster FROM conflicts WHERE collection = $collection AND cluster_id IS NOT NULL
    UNION
    SELECT other_cluster_id AS name, kind, true AS of_cluster FROM conflicts WHERE collection = $collection AND other_cluster_id IS NOT NULL
),
named AS (
    SELECT c.rid, n.kind FROM chosen c JOIN naming n ON n.name = c.key AND NOT n.of_cluster
    UNION
    SELECT c.rid, n.kind FROM chosen c JOIN naming n ON n.name = c.cluster_id AND n.of_cluster WHERE c.loose
),
kinds AS (
    SELECT
        rid,
        string_agg(kind, ',' ORDER BY kind) AS kinds
    FROM named
    GROUP BY rid
)
SELECT
    c.place,
    c.loose,
    c.rid,
    c.cluster_id,
    c.review_id,
    c.tier,
    coalesce(s.reason, '') AS reason,
    r.key,
    r.source,
    r.hub,
    r.status,
    r.channel_id AS channel,
    r.created_at::VARCHAR AS created,
    CASE
        WHEN r.birth_date IS NOT NULL THEN r.birth_date::VARCHAR
        WHEN contains(r.raw, '"birth_date"')      -- one that nothing tells the reading of: both, and a bar between them
            THEN concat_ws(
                '|',
                try_strptime(trim(json_extract_string(r.raw, '$.birth_date')), ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y'])::DATE,
                try_strptime(trim(json_extract_string(r.raw, '$.birth_date')), ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y'])::DATE
            )
    END AS birth_date,
    r.reference,
    coalesce(f.refs_in, 0) AS refs_in,
    coalesce(k.kinds, '') AS kinds,
    v.clusters > 1 AS company,
    v.candidate,
    c.with_raw
FROM chosen c
JOIN records r USING (rid)
JOIN reviews v USING (review_id)
LEFT JOIN cluster_stats s ON s.collection = $collection AND s.cluster_id = c.cluster_id
LEFT JOIN referred f USING (rid)
LEFT JOIN kinds k USING (rid)
ORDER BY
    c.loose,
    c.place,
    r.key,
    r.source
