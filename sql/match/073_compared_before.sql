-- match/073_compared_before.sql: how many pairs the run before compared under each rule.
-- reads: blocking
-- writes: nothing
-- params: collection
-- grain: one rule
SELECT
    position,
    pairs
FROM blocking
WHERE collection = $collection
ORDER BY position
