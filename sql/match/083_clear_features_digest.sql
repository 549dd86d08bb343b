-- match/083_clear_features_digest.sql: forget the digest of the collection's features.
-- reads: nothing
-- writes: stages
-- params: collection
-- grain: none; the collection's row is deleted
DELETE FROM stages
WHERE stage = 'features'
    AND collection = $collection
