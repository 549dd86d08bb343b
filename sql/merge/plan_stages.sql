-- merge/plan_stages.sql: what extract and match left behind, for the check that neither is missing nor stale
-- reads: stages
-- writes: nothing
-- params:
-- grain: one stage and collection
SELECT
    stage,
    collection,
    digest,
    input_digest
FROM stages
WHERE stage IN ('extract', 'match')
ORDER BY
    stage,
    collection
