-- mask/hub_words.sql: whether anything that is kept of a hub's answers holds words of its own.
-- reads: outcomes, extractions
-- writes: nothing
-- params:
-- grain: one row
SELECT
    EXISTS (SELECT 1 FROM outcomes WHERE regexp_matches(concat(detail, difference), '[1-5][0-9][0-9]: '))
    OR EXISTS (SELECT 1 FROM extractions WHERE regexp_matches(concat(doubt, note), '[1-5][0-9][0-9]: ')) AS there
