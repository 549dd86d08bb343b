-- match/090_model.sql: keep the fitted model.
-- reads: nothing
-- writes: models
-- params: collection, model
-- grain: one model
INSERT INTO models
VALUES (
    $collection,
    $model,
    CAST(now() AS TIMESTAMP)
)
