-- match/051_file_ids.sql: the own IDs of the records that file sources list.
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one record of a file source
SELECT
    provider,
    realm,
    id
FROM records
WHERE collection = $collection
    AND NOT hub
