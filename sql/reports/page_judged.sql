-- reports/page_judged.sql: how people judged the pairs that were scored, by weight
-- reads: standing, edges
-- writes: nothing
-- params:
-- grain: one bit of weight, within a collection
WITH judged AS (
    SELECT DISTINCT
        collection,
        least(record_key, other_key) AS one,
        greatest(record_key, other_key) AS other,
        kind
    FROM standing
    WHERE kind IN ('same', 'different') AND record_key <> other_key
),
scored AS (
    SELECT
        j.collection,
        j.one,
        j.other,
        j.kind,
        max(e.weight) AS weight
    FROM judged j
    JOIN edges e ON e.collection = j.collection AND e.key_a = j.one AND e.key_b = j.other
    WHERE e.weight IS NOT NULL
    GROUP BY ALL
)
SELECT
    collection,
    CAST(floor(weight) AS BIGINT) AS bit,
    count(*) FILTER (kind = 'same') AS same,
    count(*) FILTER (kind = 'different') AS different
FROM scored
GROUP BY ALL
ORDER BY ALL
