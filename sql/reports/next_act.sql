-- reports/next_act.sql: the number of the next answer, and when the latest decision was made.
-- reads: decisions, field_decisions
-- writes: nothing
-- params:
-- grain: one row; decided_at is NULL when nobody has decided anything
SELECT
    coalesce(max(act), 0) + 1 AS act,
    max(decided_at) AS decided_at
FROM (
    SELECT
        act,
        decided_at
    FROM decisions
    UNION ALL
    SELECT
        act,
        decided_at
    FROM field_decisions
)
