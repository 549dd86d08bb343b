-- match/080_clear_features.sql: forget what the run before wrote to features.
-- reads: nothing
-- writes: features
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM features
WHERE collection = $collection
