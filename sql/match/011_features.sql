-- match/011_features.sql: one collection's records with their normalised values as the run before kept them, packed into one text each.
-- reads: records, features
-- writes: nothing
-- params: collection, first_rid, last_rid
-- grain: one record of a range, in no order
--
-- The record itself comes first, as match/010_records.sql has it, and then the values as they are stored, which are parted by
-- the same sign.
SELECT
    records.rid,
    concat_ws(
        chr(29),
        records.source,
        records.key,
        records.realm,
        CASE WHEN records.hub THEN '1' ELSE '' END,
        coalesce(records.channel_id, ''),
        records.content_hash,
        coalesce(CAST(CAST(epoch(records.created_at) AS BIGINT) AS VARCHAR), ''),
        features.vals) AS packed
FROM records
JOIN features ON features.rid = records.rid AND features.collection = records.collection
WHERE records.collection = $collection
    AND records.rid BETWEEN $first_rid AND $last_rid
    AND features.collection = $collection
    AND features.rid BETWEEN $first_rid AND $last_rid
