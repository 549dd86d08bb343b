-- match/092_term_weights.sql: keep what the frequency of values adds.
-- reads: rows()
-- writes: term_weights
-- params: collection
-- rows: field VARCHAR, term VARCHAR, bits DOUBLE
-- grain: one value of one field
INSERT INTO term_weights
SELECT
    $collection AS collection,
    made.field,
    made.term,
    made.bits
FROM rows() AS made
