-- match/evaluate_ids.sql: the external IDs that records bear, for finding the records that a truth file names.
-- reads: external_ids
-- writes: nothing
-- params: collection
-- grain: one external ID of one record
SELECT
    rid,
    provider,
    realm,
    id
FROM external_ids
WHERE collection = $collection
ORDER BY
    provider,
    realm,
    id,
    rid
