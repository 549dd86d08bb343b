-- reports/runbook_irreversible.sql: what of the plan cannot be taken back
-- reads: operations
-- writes: nothing
-- params:
-- grain: one type of operation and one reason
SELECT
    type,
    json_extract_string(operation, '$.irreversible') AS why,
    count(*) AS operations
FROM operations
WHERE type <> 'withheld' AND json_extract_string(operation, '$.irreversible') <> ''
GROUP BY
    type,
    why
ORDER BY
    type,
    why
