-- reports/review_acts.sql: when each answer on the page was given, of those that stand.
-- reads: decided
-- writes: nothing
-- params:
-- grain: one answer, the latest last
SELECT
    act,
    min(decided_at) AS decided_at
FROM decided
WHERE act > 0 AND withdrawn_at IS NULL
GROUP BY act
ORDER BY act
