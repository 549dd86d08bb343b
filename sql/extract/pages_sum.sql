-- extract/pages_sum.sql: what the pages of a source and collection say together
-- reads: pages
-- writes: nothing
-- params: source, collection
-- grain: one row, even without a page
SELECT
    count(*) AS pages,
    min(total) AS least_total,
    max(total) AS most_total,
    arg_max(total, skip) AS last_total,
    coalesce(arg_max(more, skip), true) AS more,
    arg_max(top, skip) AS top
FROM pages
WHERE source = $source
    AND collection = $collection;
