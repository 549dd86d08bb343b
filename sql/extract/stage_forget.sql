-- extract/stage_forget.sql: forgets the digest of the last extraction of a collection
-- reads: nothing
-- writes: stages
-- params: collection
-- grain: at most one row removed
DELETE FROM stages
WHERE stage = 'extract'
    AND collection = $collection;
