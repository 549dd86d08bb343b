-- purge/extracted_ids.sql: every external ID of one collection, to know those that decisions name by digest.
-- reads: external_ids
-- writes: nothing
-- params: collection
-- grain: one external ID
SELECT DISTINCT
    provider,
    realm,
    id
FROM external_ids
WHERE collection = $collection
