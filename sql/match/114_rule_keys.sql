-- match/114_rule_keys.sql: how many keys a blocking rule had when the collection was matched.
-- reads: blocking
-- writes: nothing
-- params: collection, rule
-- grain: one row
SELECT CAST(coalesce(sum(keys), 0) AS DOUBLE) AS keys
FROM blocking
WHERE collection = $collection
    AND rule = $rule
