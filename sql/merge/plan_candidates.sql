-- merge/plan_candidates.sql: for records of applications whose cluster holds no hub record, the hub record that it may be
-- reads: plan_members, edges, conflicts, clusters, records, standing
-- writes: plan_members
-- params: collection, review
-- grain: one record of an application whose cluster no hub record shares, and whose review cluster holds none
--
-- A review cluster tells of the pairs that joined it. A pair at or above review whose union was refused tells as much: it is
-- seen by its edge, or by its conflict. Whichever records of two clusters the pair is of, the clusters may be one thing,
-- unless a person judged a record of the one different from a record of the other.
WITH met AS (
    SELECT
        a.cluster_id,
        b.cluster_id AS other_cluster_id,
        e.probability
    FROM edges e
    JOIN clusters a ON a.rid = e.rid_a
    JOIN clusters b ON b.rid = e.rid_b
    WHERE e.collection = $collection AND a.cluster_id <> b.cluster_id AND (e.kind <> 'fuzzy' OR e.probability >= $review)
    UNION ALL
    SELECT
        cluster_id,
        other_cluster_id,
        1 / (1 + pow(2, -weight)) AS probability
    FROM conflicts
    WHERE collection = $collection AND other_cluster_id IS NOT NULL
),
facing AS (
    SELECT cluster_id, other_cluster_id, probability FROM met
    UNION ALL
    SELECT other_cluster_id AS cluster_id, cluster_id AS other_cluster_id, probability FROM met
),
judged AS (
    SELECT
        record_key AS key,
        other_key AS other
    FROM standing
    WHERE collection = $collection AND kind = 'different'
    UNION ALL
    SELECT
        other_key AS key,
        record_key AS other
    FROM standing
    WHERE collection = $collection AND kind = 'different'
),
apart AS (
    SELECT DISTINCT
        a.cluster_id,
        b.cluster_id AS other_cluster_id
    FROM judged j
    JOIN clusters a ON a.collection = $collection AND a.key = j.key
    JOIN clusters b ON b.collection = $collection AND b.key = j.other
),
hubs AS (
    SELECT
        c.cluster_id,
        min(r.key) AS key
    FROM clusters c
    JOIN records r USING (rid)
    WHERE c.collection = $collection AND r.hub
    GROUP BY c.cluster_id
),
candidates AS (
    SELECT
        f.cluster_id,
        arg_min(h.key, (-coalesce(f.probability, 0), h.key)) AS key
    FROM facing f
    JOIN hubs h ON h.cluster_id = f.other_cluster_id
    ANTI JOIN hubs own ON own.cluster_id = f.cluster_id
    ANTI JOIN apart x ON x.cluster_id = f.cluster_id AND x.other_cluster_id = f.other_cluster_id
    GROUP BY f.cluster_id
)
UPDATE plan_members
SET candidate = n.key
FROM candidates n
WHERE plan_members.cluster_id = n.cluster_id AND NOT plan_members.hub AND plan_members.candidate IS NULL
