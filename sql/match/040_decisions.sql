-- match/040_decisions.sql: the judgements of people on one collection that stand.
-- reads: standing
-- writes: nothing
-- params: collection
-- grain: one pair of records as people named them; left and right are the keys of those meant, '' when there is none
SELECT
    record,
    other,
    coalesce(record_key, '') AS left_key,
    coalesce(other_key, '') AS right_key,
    kind
FROM standing
WHERE collection = $collection AND kind IN ('same', 'different')
ORDER BY record, other
