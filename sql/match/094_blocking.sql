-- match/094_blocking.sql: keep what each blocking rule found and cost.
-- reads: rows()
-- writes: blocking
-- params: collection
-- rows: rule VARCHAR, position INTEGER, keys BIGINT, largest BIGINT, pairs BIGINT, kept BIGINT, must_links_found BIGINT
-- grain: one rule
INSERT INTO blocking
SELECT
    $collection AS collection,
    made.rule,
    made.position,
    made.keys,
    made.largest,
    made.pairs,
    made.kept,
    made.must_links_found
FROM rows() AS made
