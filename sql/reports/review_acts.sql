-- reports/review_acts.sql: when each answer on the page was given, of those that stand.
-- reads: decisions, field_decisions
-- writes: nothing
-- params:
-- grain: one answer, the latest last
SELECT
    act,
    min(decided_at) AS decided_at
FROM (
    SELECT
        act,
        decided_at
    FROM decisions
    WHERE act > 0 AND withdrawn_at IS NULL
    UNION ALL
    SELECT
        act,
        decided_at
    FROM field_decisions
    WHERE act > 0 AND withdrawn_at IS NULL
)
GROUP BY act
ORDER BY act
