-- extract/stages_kept.sql: the collections that the workspace holds a digest of
-- reads: stages
-- writes: nothing
-- params:
-- grain: one collection
SELECT collection
FROM stages
WHERE stage = 'extract'
ORDER BY collection;
