-- merge/forecast_plan.sql: the plan that stands on the present match, if there is one
-- reads: plans, stages
-- writes: nothing
-- params:
-- grain: one plan; none when the latest was made from an older match
SELECT
    p.path,
    p.operations
FROM plans p
WHERE NOT EXISTS (
    SELECT 1
    FROM stages m
    LEFT JOIN stages s ON s.stage = 'plan' AND s.collection = m.collection AND s.input_digest = m.digest
    WHERE m.stage = 'match' AND s.collection IS NULL
)
