-- match/080_clear_conflicts.sql: forget what the run before wrote to conflicts.
-- reads: nothing
-- writes: conflicts
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM conflicts
WHERE collection = $collection
