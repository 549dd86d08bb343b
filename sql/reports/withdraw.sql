-- reports/withdraw.sql: undo the judgements of one answer.
-- reads: nothing
-- writes: decisions
-- params: act, at
-- grain: one judgement, marked
UPDATE decisions
SET withdrawn_at = $at
WHERE act = $act AND withdrawn_at IS NULL
