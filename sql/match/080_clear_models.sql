-- match/080_clear_models.sql: forget what the run before wrote to models.
-- reads: nothing
-- writes: models
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM models
WHERE collection = $collection
