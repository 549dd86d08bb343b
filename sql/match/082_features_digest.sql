-- match/082_features_digest.sql: the digest of the collection's features as they are stored.
-- reads: stages
-- writes: nothing
-- params: collection
-- grain: one row, or none
SELECT digest
FROM stages
WHERE stage = 'features'
    AND collection = $collection
