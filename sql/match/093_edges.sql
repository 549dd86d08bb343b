-- match/093_edges.sql: keep the must-links and the pairs found alike.
-- reads: rows()
-- writes: edges
-- params: collection
-- rows: rid_a BIGINT, rid_b BIGINT, key_a VARCHAR, key_b VARCHAR, kind VARCHAR, via VARCHAR, levels VARCHAR, tf VARCHAR, weight DOUBLE, probability DOUBLE
-- grain: one edge
--
-- The kind is NULL of a pair found alike, which nearly all are: every text that is handed over costs.
INSERT INTO edges
SELECT
    $collection AS collection,
    made.rid_a,
    made.rid_b,
    made.key_a,
    made.key_b,
    coalesce(made.kind, 'fuzzy') AS kind,
    made.via,
    made.levels,
    made.tf,
    made.weight,
    made.probability
FROM rows() AS made
