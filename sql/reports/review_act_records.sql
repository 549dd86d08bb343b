-- reports/review_act_records.sql: the records that one answer is on.
-- reads: decisions, field_decisions
-- writes: nothing
-- params: act
-- grain: one record
SELECT
    collection,
    left_key AS record
FROM decisions
WHERE act = $act AND withdrawn_at IS NULL
UNION
SELECT
    collection,
    right_key AS record
FROM decisions
WHERE act = $act AND withdrawn_at IS NULL
UNION
SELECT
    collection,
    id_text(provider, realm, id) AS record
FROM field_decisions
WHERE act = $act AND withdrawn_at IS NULL
ORDER BY
    collection,
    record
