-- match/050_own_ids.sql: the providers and realms whose records a file source lists.
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one provider and realm
--
-- A file that lists an application's records is complete: an ID of that application which no row of the file holds is
-- gone from it, and two things need no longer be kept apart because of it.
SELECT DISTINCT
    provider,
    realm
FROM records
WHERE collection = $collection
    AND NOT hub
ORDER BY provider, realm
