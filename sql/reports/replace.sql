-- reports/replace.sql: let one of the judgements stand no more, because an answer takes its place.
-- reads: nothing
-- writes: decisions
-- params: at, collection, left_key, right_key
-- grain: one decision, marked with the time of the answer
UPDATE decisions
SET withdrawn_at = $at
WHERE collection = $collection AND left_key = $left_key AND right_key = $right_key AND withdrawn_at IS NULL
