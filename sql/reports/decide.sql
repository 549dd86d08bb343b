-- reports/decide.sql: keep one judgement of a person.
-- reads: nothing
-- writes: decisions
-- params: act, at, collection, judgement, left_key, right_key, who, why
-- grain: one judgement; a later one on the same pair takes the place of an earlier one when it is read
INSERT INTO decisions (
    collection,
    left_key,
    right_key,
    judgement,
    who,
    decided_at,
    why,
    act
)
VALUES (
    $collection,
    $left_key,
    $right_key,
    $judgement,
    $who,
    $at,
    $why,
    $act
)
