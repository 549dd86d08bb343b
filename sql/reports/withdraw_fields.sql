-- reports/withdraw_fields.sql: undo the decisions on survivors and fields of one answer.
-- reads: nothing
-- writes: field_decisions
-- params: act, at
-- grain: one decision, marked
UPDATE field_decisions
SET withdrawn_at = $at
WHERE act = $act AND withdrawn_at IS NULL
