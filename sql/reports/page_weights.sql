-- reports/page_weights.sql: how many kept pairs weigh how much, in steps of one bit
-- reads: edges
-- writes: nothing
-- params:
-- grain: one bit of one collection
SELECT
    collection,
    CAST(floor(least(greatest(weight, -40), 80)) AS BIGINT) AS bit,
    count(*) FILTER (kind = 'fuzzy') AS fuzzy,
    count(*) FILTER (kind <> 'fuzzy') AS by_ids
FROM edges
WHERE weight IS NOT NULL AND NOT isnan(weight)
GROUP BY ALL
ORDER BY collection, bit
