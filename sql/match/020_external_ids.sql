-- match/020_external_ids.sql: the external IDs of one collection.
-- reads: external_ids
-- writes: nothing
-- params: collection
-- grain: one external ID of one record, in no order
SELECT
    rid,
    provider,
    realm,
    id
FROM external_ids
WHERE collection = $collection
