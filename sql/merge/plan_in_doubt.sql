-- merge/plan_in_doubt.sql: the extractions whose verdict is in doubt, and why
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one source and collection whose latest run is in doubt
SELECT
    source,
    collection,
    coalesce(doubt, '') AS doubt,
    source_type = 'connec' AS hub
FROM extractions
QUALIFY row_number() OVER (PARTITION BY source, collection ORDER BY run DESC) = 1
    AND status = 'in_doubt'
ORDER BY
    source,
    collection
