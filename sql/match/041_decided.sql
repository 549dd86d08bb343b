-- match/041_decided.sql: whether people have judged anything, what was undone included.
-- reads: decisions
-- writes: nothing
-- params:
-- grain: one row
SELECT count(*) > 0 AS decided
FROM decisions
