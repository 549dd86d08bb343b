-- reports/withdraw_fields.sql: undo the decisions on survivors and fields of one answer, and let those stand again that it took the place of.
-- reads: nothing
-- writes: field_decisions
-- params: act, at, given
-- grain: one decision; what the answer took the place of is marked with the time at which that was given
UPDATE field_decisions
SET withdrawn_at = CASE WHEN act = $act THEN $at END
WHERE (act = $act AND withdrawn_at IS NULL) OR withdrawn_at = $given
