-- match/073_compared_before.sql: how many pairs the run before compared and kept under each rule.
-- reads: blocking
-- writes: nothing
-- params: collection
-- grain: one rule
SELECT
    position,
    pairs,
    kept
FROM blocking
WHERE collection = $collection
ORDER BY position
