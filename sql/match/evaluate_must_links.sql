-- match/evaluate_must_links.sql: the pairs that IDs and crosswalks join.
-- reads: edges
-- writes: nothing
-- params: collection
-- grain: one pair
SELECT DISTINCT
    rid_a,
    rid_b
FROM edges
WHERE collection = $collection
    AND kind IN ('shared_id', 'link')
ORDER BY
    rid_a,
    rid_b
