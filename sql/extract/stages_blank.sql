-- extract/stages_blank.sql: leaves no collection's digest standing while records and references change
-- reads: nothing
-- writes: stages
-- params:
-- grain: one collection
--
-- Replacing one collection renumbers the records of others and resolves their references anew. If the run ends before
-- the digests are taken again, what was matched of the others must count as out of date, too.
UPDATE stages
SET digest = ''
WHERE stage = 'extract';
