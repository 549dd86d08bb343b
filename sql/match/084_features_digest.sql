-- match/084_features_digest.sql: say which features are stored.
-- reads: nothing
-- writes: stages
-- params: collection, digest, spec
-- grain: one row
INSERT INTO stages
SELECT
    'features' AS stage,
    $collection AS collection,
    $digest AS digest,
    '' AS input_digest,
    $spec AS config_digest,
    CAST(now() AS TIMESTAMP) AS finished_at
