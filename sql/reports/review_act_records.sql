-- reports/review_act_records.sql: the records that one answer is on.
-- reads: decided
-- writes: nothing
-- params: act
-- grain: one record
SELECT
    collection,
    record
FROM decided
WHERE act = $act AND withdrawn_at IS NULL
UNION
SELECT
    collection,
    other AS record
FROM decided
WHERE act = $act AND withdrawn_at IS NULL AND other <> ''
ORDER BY
    collection,
    record
