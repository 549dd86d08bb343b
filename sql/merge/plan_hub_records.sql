-- merge/plan_hub_records.sql: how many records the hub holds, what max_share is a share of
-- reads: records
-- writes: nothing
-- params:
-- grain: one collection
SELECT
    collection,
    count(DISTINCT key) AS hub_records
FROM records
WHERE hub
GROUP BY collection
ORDER BY collection
