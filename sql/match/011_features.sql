-- match/011_features.sql: one collection's records with their normalised values as the run before kept them.
-- reads: records, features
-- writes: nothing
-- params: collection, first_rid, last_rid
-- grain: one record of a range, in no order
--
-- The record itself comes first, as match/010_records.sql has it.
SELECT
    records.rid,
    records.source,
    records.key,
    records.realm,
    CASE WHEN records.hub THEN '1' ELSE '' END AS hub,
    records.channel_id,
    records.content_hash,
    coalesce(CAST(epoch(records.created_at) AS BIGINT), 0) AS created_at,
    features.vals
FROM records
JOIN features ON features.rid = records.rid AND features.collection = records.collection
WHERE records.collection = $collection
    AND records.rid BETWEEN $first_rid AND $last_rid
    AND features.collection = $collection
    AND features.rid BETWEEN $first_rid AND $last_rid
