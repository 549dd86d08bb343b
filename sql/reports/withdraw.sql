-- reports/withdraw.sql: undo the judgements of one answer, and let those stand again that it took the place of.
-- reads: nothing
-- writes: decisions
-- params: act, at, given
-- grain: one decision; what the answer took the place of is marked with the time at which that was given
UPDATE decisions
SET withdrawn_at = CASE WHEN act = $act THEN $at END
WHERE (act = $act AND withdrawn_at IS NULL) OR withdrawn_at = $given
