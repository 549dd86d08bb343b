-- reports/skips.sql: the questions that a person put off.
-- reads: skips
-- writes: nothing
-- params:
-- grain: one question
SELECT
    collection,
    item,
    place
FROM skips
