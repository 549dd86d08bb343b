-- match/091_stage.sql: say that the collection is matched, from which extract and with which settings.
-- reads: stages
-- writes: stages
-- params: collection, digest, config_digest
-- grain: one row
INSERT INTO stages
SELECT
    'match' AS stage,
    $collection AS collection,
    $digest AS digest,
    coalesce((SELECT digest FROM stages WHERE stage = 'extract' AND collection = $collection LIMIT 1), '') AS input_digest,
    $config_digest AS config_digest,
    CAST(now() AS TIMESTAMP) AS finished_at
