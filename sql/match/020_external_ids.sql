-- match/020_external_ids.sql: the external IDs of one collection.
-- reads: external_ids, records
-- writes: nothing
-- params: collection
-- grain: one external ID of one record, in the order of IDs and then of records' keys
SELECT
    e.rid,
    e.provider,
    e.realm,
    e.id
FROM external_ids AS e
JOIN records AS r ON r.rid = e.rid
WHERE e.collection = $collection
ORDER BY e.provider, e.realm, e.id, r.key, r.source, e.rid
