-- extract/stale_referrers.sql: the hub's records that refer to records whose IDs changed, or that are gone, and were not read since
-- reads: page_records, records, refs
-- writes: nothing
-- params: readings
-- grain: one record of a source and collection of which only changes were read
--
-- $readings is a JSON array of {source, collection, first, whole}: what was read just now, the first sweep of it, and whether
-- it is the whole. The tables hold what an earlier extraction read.
WITH reading AS (
    SELECT unnest(from_json($readings, '[{"source": "VARCHAR", "collection": "VARCHAR", "first": "BIGINT", "whole": "BOOLEAN"}]'), recursive := true)
),

received AS (
    SELECT
        page_records.source,
        page_records.collection,
        page_records.sweep,
        page_records.place,
        json_transform(page_records.raw, '{"id": "JSON", "channel_id": "VARCHAR"}') AS f
    FROM page_records
    INNER JOIN reading
        ON page_records.source = reading.source
            AND page_records.collection = reading.collection
            AND page_records.sweep >= reading.first
),

latest AS (
    SELECT
        source,
        collection,
        hub_id(f.id, f.channel_id) AS own,
        arg_max(f.id, sweep * 1000000000000 + place) AS ids
    FROM received
    GROUP BY
        source,
        collection,
        own
),

compared AS (
    SELECT
        records.rid,
        records.source,
        records.collection,
        records.key,
        records.id,
        reading.whole,
        latest.own IS NOT NULL AS read,
        CASE
            WHEN latest.own IS NULL THEN reading.whole
            ELSE json_extract(records.raw, '/id')::VARCHAR IS DISTINCT FROM latest.ids::VARCHAR
        END AS changed
    FROM records
    INNER JOIN reading
        ON records.source = reading.source
            AND records.collection = reading.collection
    LEFT JOIN latest
        ON records.source = latest.source
            AND records.collection = latest.collection
            AND latest.own = {'provider': records.provider, 'realm': records.realm, 'id': records.id}
)

SELECT DISTINCT
    referrer.source,
    referrer.collection,
    referrer.key,
    referrer.id
FROM compared AS target
INNER JOIN refs
    ON target.rid = refs.target_rid
INNER JOIN compared AS referrer
    ON refs.rid = referrer.rid
WHERE target.changed
    AND NOT referrer.whole
    AND NOT referrer.read
ORDER BY ALL;
