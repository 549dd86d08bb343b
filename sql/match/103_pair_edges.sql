-- match/103_pair_edges.sql: the stored edges between two records.
-- reads: edges
-- writes: nothing
-- params: collection, left, right
-- grain: one edge
SELECT
    kind,
    via
FROM edges
WHERE collection = $collection
    AND least(rid_a, rid_b) = least($left, $right)
    AND greatest(rid_a, rid_b) = greatest($left, $right)
ORDER BY kind, via
