-- match/080_clear_blocking.sql: forget what the run before wrote to blocking.
-- reads: nothing
-- writes: blocking
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM blocking
WHERE collection = $collection
