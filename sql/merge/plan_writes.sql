-- merge/plan_writes.sql: how many hub records the plan would write
-- reads: operations
-- writes: nothing
-- params:
-- grain: one collection; a record that is written twice counts once, one that is created counts by its operation
SELECT
    collection,
    count(DISTINCT coalesce(target_key, op_id)) AS writes
FROM operations
WHERE type <> 'withheld'
GROUP BY collection
ORDER BY collection
