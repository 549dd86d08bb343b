-- match/evaluate_scored.sql: the scored pairs, the heaviest first.
-- reads: edges
-- writes: nothing
-- params: collection
-- grain: one pair, whatever the kinds of edge between its records
SELECT
    rid_a,
    rid_b,
    max(weight) AS weight,
    max(probability) AS probability
FROM edges
WHERE collection = $collection
    AND weight IS NOT NULL
GROUP BY
    rid_a,
    rid_b
ORDER BY
    weight DESC,
    rid_a,
    rid_b
