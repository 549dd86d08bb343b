-- match/105_cluster_edges.sql: the edges inside one wider cluster.
-- reads: edges, clusters, conflicts
-- writes: nothing
-- params: collection, review_id
-- grain: one edge; certain ones (an ID, a link or a decision that counts) first, then the strongest
--
-- A link that its fields contradict, that a person overruled, or whose whole source is off joins nothing.
WITH doubtful AS (
    SELECT
        key_a,
        key_b
    FROM conflicts
    WHERE collection = $collection
        AND kind IN ('link_contradicted', 'link_overruled', 'decision_conflict')
),

sources_off AS (
    SELECT
        replace(replace(provider, '%', '%25'), '/', '%2F') || '/' || replace(replace(realm, '%', '%25'), '/', '%2F') || '/' AS id_prefix,
        CASE WHEN realm = '' THEN provider ELSE provider || '/' || realm END || ':' AS link_prefix
    FROM conflicts
    WHERE collection = $collection
        AND kind = 'link_source_off'
),

inside AS (
    SELECT
        e.*,
        a.cluster_id = b.cluster_id AS together
    FROM edges AS e
    JOIN clusters AS a ON a.rid = e.rid_a AND a.collection = e.collection
    JOIN clusters AS b ON b.rid = e.rid_b AND b.collection = e.collection
    WHERE e.collection = $collection
        AND a.review_id = $review_id
        AND b.review_id = $review_id
),

judged AS (
    SELECT
        inside.*,
        kind <> 'fuzzy'
            AND NOT EXISTS (SELECT 1 FROM doubtful AS d WHERE d.key_a = inside.key_a AND d.key_b = inside.key_b)
            AND NOT EXISTS (SELECT 1 FROM sources_off AS o
                WHERE inside.kind = 'shared_id' AND starts_with(inside.via, o.id_prefix)
                    OR inside.kind = 'link' AND starts_with(inside.via, o.link_prefix)) AS certain
    FROM inside
)

SELECT
    rid_a,
    rid_b,
    key_a,
    key_b,
    kind,
    via,
    coalesce(weight, 0) AS weight,
    certain,
    together
FROM judged
ORDER BY
    certain DESC,
    weight DESC,
    key_a,
    key_b,
    rid_a,
    rid_b,
    kind,
    via
