-- merge/plan_bonds.sql: the edges of a stretch of clusters
-- reads: plan_bonds
-- writes: nothing
-- params: first, last
-- grain: one edge
SELECT
    place,
    key_a,
    key_b,
    kind,
    probability
FROM plan_bonds
WHERE place BETWEEN $first AND $last
ORDER BY
    place,
    key_a,
    key_b,
    kind,
    probability
