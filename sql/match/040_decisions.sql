-- match/040_decisions.sql: the judgements of people on one collection, the latest of each pair.
-- reads: decisions
-- writes: nothing
-- params: collection
-- grain: one pair of keys
--
-- A later judgement takes the place of an earlier one on the same pair; what was undone counts no more.
SELECT
    left_key,
    right_key,
    judgement
FROM decisions
WHERE collection = $collection AND withdrawn_at IS NULL
QUALIFY row_number() OVER (PARTITION BY least(left_key, right_key), greatest(left_key, right_key) ORDER BY decided_at DESC, judgement) = 1
ORDER BY left_key, right_key
