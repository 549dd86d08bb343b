-- match/074_kept_before.sql: the pairs that the run before found alike, the rule that found each, and how they compare.
-- reads: edges, blocking
-- writes: nothing
-- params: collection
-- grain: one pair, in no order
SELECT
    edges.rid_a,
    edges.rid_b,
    blocking.position,
    edges.weight,
    edges.levels,
    edges.tf
FROM edges
JOIN blocking ON blocking.collection = edges.collection AND blocking.rule = edges.via
WHERE edges.collection = $collection
    AND edges.kind = 'fuzzy'
