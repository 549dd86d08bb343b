-- reports/page_blocking.sql: what each blocking rule found and what it cost
-- reads: blocking
-- writes: nothing
-- params:
-- grain: one blocking rule
SELECT
    collection,
    rule,
    keys,
    largest,
    pairs,
    kept,
    must_links_found
FROM blocking
ORDER BY collection, position, rule
