-- merge/plan_stage.sql: record that the plan stage ran, on which match
-- reads: stages
-- writes: stages
-- params: plan_id, config_digest
-- grain: one matched collection
INSERT INTO stages
SELECT
    'plan' AS stage,
    collection,
    $plan_id AS digest,
    digest AS input_digest,
    $config_digest AS config_digest,
    current_timestamp::TIMESTAMP AS finished_at
FROM stages
WHERE stage = 'match'
