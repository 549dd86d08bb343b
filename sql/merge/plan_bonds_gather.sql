-- merge/plan_bonds_gather.sql: the edges inside the clusters of plan_members
-- reads: plan_members, edges, conflicts
-- writes: plan_bonds
-- params: collection
-- grain: one edge inside one cluster
--
-- An ID or a link that its fields contradict, that a person overruled, or whose whole source is off joins nothing by itself:
-- such an edge is worth what the two records say, no more, and is of kind fuzzy here.
INSERT INTO plan_bonds
WITH doubtful AS (
    SELECT DISTINCT
        key_a,
        key_b
    FROM conflicts
    WHERE collection = $collection AND kind IN ('link_contradicted', 'link_overruled', 'decision_conflict')
),
sources_off AS (                                  -- an edge's via begins with one of the two: an ID, or a file and its line
    SELECT
        replace(replace(provider, '%', '%25'), '/', '%2F') || '/' || replace(replace(realm, '%', '%25'), '/', '%2F') || '/' AS id_prefix,
        CASE WHEN realm = '' THEN provider ELSE provider || '/' || realm END || ':' AS link_prefix
    FROM conflicts
    WHERE collection = $collection AND kind = 'link_source_off'
),
inside AS (
    SELECT
        a.place,
        e.*
    FROM edges e
    JOIN plan_members a ON a.rid = e.rid_a AND NOT a.loose
    JOIN plan_members b ON b.rid = e.rid_b AND NOT b.loose AND b.place = a.place
    WHERE e.collection = $collection
)
SELECT
    i.place,
    i.key_a,
    i.key_b,
    CASE
        WHEN i.kind IN ('shared_id', 'link') AND d.key_a IS NOT NULL THEN 'fuzzy'
        WHEN EXISTS (SELECT 1 FROM sources_off o
            WHERE i.kind = 'shared_id' AND starts_with(i.via, o.id_prefix) OR i.kind = 'link' AND starts_with(i.via, o.link_prefix)) THEN 'fuzzy'
        ELSE i.kind
    END AS kind,
    i.probability
FROM inside i
LEFT JOIN doubtful d USING (key_a, key_b)
ORDER BY
    i.place,
    i.key_a,
    i.key_b,
    kind,
    i.probability
