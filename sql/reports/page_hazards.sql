-- reports/page_hazards.sql: the plan's hazards by name, and whether they stop it
-- reads: operations
-- writes: nothing
-- params:
-- grain: one hazard
WITH named AS (
    SELECT
        unnest(from_json(json_extract(operation, '$.hazards'), '[{"name": "VARCHAR", "stop": "BOOLEAN", "text": "VARCHAR"}]'), recursive := true)
    FROM operations
    WHERE len(hazards) > 0
)
SELECT
    name,
    bool_or(coalesce(stop, false)) AS stop,
    count(*) AS operations,
    coalesce(min(text), '') AS example
FROM named
GROUP BY name
ORDER BY bool_or(coalesce(stop, false)) DESC, name
