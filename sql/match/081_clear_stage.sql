-- match/081_clear_stage.sql: forget the run before.
-- reads: nothing
-- writes: stages
-- params: collection
-- grain: none; the collection's rows are deleted
DELETE FROM stages
WHERE stage IN ('match', 'inputs', 'evidence')
    AND collection = $collection
