-- merge/rehearse_realms.sql: the channels of the hub's records, the most frequent first
-- reads: records
-- writes: nothing
-- params:
-- grain: one realm of the hub's own IDs
SELECT realm
FROM records
WHERE hub
GROUP BY realm
ORDER BY count(*) DESC, realm
