-- match/093_edges.sql: keep the must-links and the pairs found alike.
-- reads: rows()
-- writes: edges
-- params: collection
-- rows: rid_a BIGINT, rid_b BIGINT, key_a VARCHAR, key_b VARCHAR, kind VARCHAR, via VARCHAR, levels VARCHAR, tf VARCHAR, weight DOUBLE, probability DOUBLE
-- grain: one edge
INSERT INTO edges
SELECT
    $collection AS collection,
    made.rid_a,
    made.rid_b,
    made.key_a,
    made.key_b,
    made.kind,
    made.via,
    made.levels,
    made.tf,
    made.weight,
    made.probability
FROM rows() AS made
