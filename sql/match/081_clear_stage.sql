-- match/081_clear_stage.sql: forget the run before.
-- reads: nothing
-- writes: stages
-- params: collection
-- grain: none; the collection's row is deleted
DELETE FROM stages
WHERE stage = 'match'
    AND collection = $collection
