-- reports/page_judged.sql: how people judged the pairs that were scored, by weight
-- reads: decisions, external_ids, edges
-- writes: nothing
-- params:
-- grain: one bit of weight, within a collection
--
-- Of judgements on one pair the latest stands; one that was undone counts no more. A judgement names its records by any of
-- their IDs.
WITH standing AS (
    SELECT
        collection,
        left_key,
        right_key,
        judgement
    FROM decisions
    WHERE withdrawn_at IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY collection, least(left_key, right_key), greatest(left_key, right_key)
        ORDER BY decided_at DESC, judgement) = 1
),
named AS (
    SELECT DISTINCT
        collection,
        id_text(provider, realm, id) AS key,
        rid
    FROM external_ids
),
judged AS (
    SELECT DISTINCT
        s.collection,
        least(l.rid, r.rid) AS one,
        greatest(l.rid, r.rid) AS other,
        s.judgement
    FROM standing s
    JOIN named l ON l.collection = s.collection AND l.key = s.left_key
    JOIN named r ON r.collection = s.collection AND r.key = s.right_key
),
scored AS (
    SELECT
        collection,
        least(rid_a, rid_b) AS one,
        greatest(rid_a, rid_b) AS other,
        max(weight) AS weight
    FROM edges
    WHERE weight IS NOT NULL
    GROUP BY ALL
)
SELECT
    j.collection,
    CAST(floor(e.weight) AS BIGINT) AS bit,
    count(*) FILTER (j.judgement = 'same') AS same,
    count(*) FILTER (j.judgement = 'different') AS different
FROM judged j
JOIN scored e ON e.collection = j.collection AND e.one = j.one AND e.other = j.other
GROUP BY ALL
ORDER BY ALL
