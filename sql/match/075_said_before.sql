-- match/075_said_before.sql: what the run before said of values, or of keys, that too many records share.
-- reads: conflicts
-- writes: nothing
-- params: collection, kind
-- grain: one conflict, in no order
SELECT
    coalesce(key_a, '') AS key_a,
    detail
FROM conflicts
WHERE collection = $collection
    AND kind = $kind
