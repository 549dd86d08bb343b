-- match/101_model.sql: the stored model of one collection.
-- reads: models
-- writes: nothing
-- params: collection
-- grain: one model
SELECT
    model
FROM models
WHERE collection = $collection
ORDER BY created_at DESC
LIMIT 1
