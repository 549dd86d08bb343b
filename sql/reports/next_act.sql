-- reports/next_act.sql: the number of the next answer, and when a decision was last made or taken back.
-- reads: decided
-- writes: nothing
-- params:
-- grain: one row; changed_at is NULL when nobody has decided anything
SELECT
    coalesce(max(act), 0) + 1 AS act,
    max(greatest(decided_at, coalesce(withdrawn_at, decided_at))) AS changed_at
FROM decided
