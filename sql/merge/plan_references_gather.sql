-- merge/plan_references_gather.sql: the references of hub records to hub records that share their auto cluster with others
-- reads: refs, records, clusters
-- writes: plan_references
-- params: target
-- grain: one reference field of one hub record to the collection $target
--
-- A reference comes as the whole ID array of the record meant. The hub's own ID in it says which record that is; without
-- it any other ID does, as far as only one record holds it. Only targets whose cluster holds two hub records or more
-- are asked for: the others are nobody's loser.
INSERT INTO plan_references
WITH crowded AS (
    SELECT c.cluster_id
    FROM clusters c
    JOIN records r USING (rid)
    WHERE c.collection = $target AND c.tier = 'auto' AND r.hub
    GROUP BY c.cluster_id
    HAVING count(DISTINCT r.key) > 1
),
targets AS (
    SELECT
        r.rid,
        r.key
    FROM clusters c
    JOIN crowded USING (cluster_id)
    JOIN records r USING (rid)
    WHERE c.collection = $target AND r.hub
),
meant AS (
    SELECT
        f.rid,
        f.path,
        coalesce(min(t.key) FILTER (f.provider = 'connec'), min(t.key)) AS target_key
    FROM refs f
    JOIN targets t ON t.rid = f.target_rid
    WHERE f.target_collection = $target
    GROUP BY
        f.rid,
        f.path
)
SELECT
    dense_rank() OVER (ORDER BY r.collection, r.key) AS place,
    r.collection,
    r.key,
    m.path,
    any_value(m.target_key ORDER BY r.source) AS target_key,
    any_value(r.status ORDER BY r.source) AS status,
    if(contains(m.path, '/'), any_value(r.raw ORDER BY r.source), NULL) AS raw
FROM meant m
JOIN records r USING (rid)
WHERE r.hub
GROUP BY
    r.collection,
    r.key,
    m.path
ORDER BY
    r.collection,
    r.key,
    m.path
