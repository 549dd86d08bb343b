-- reports/models.sql: the latest model of each collection
-- reads: models
-- writes: nothing
-- params:
-- grain: one collection
SELECT
    collection,
    model
FROM models
QUALIFY row_number() OVER (PARTITION BY collection ORDER BY created_at DESC, model) = 1
ORDER BY collection
