-- extract/stale_referrers.sql: the hub's records that refer to records whose IDs changed, or that may be gone, and were not read since
-- reads: page_records, records, refs, external_ids, vanished_records, unread_records
-- writes: nothing
-- params: readings
-- grain: one record of a source and collection of which only changes were read
--
-- $readings is a JSON array of {source, collection, first, whole, since}: what was read just now, the first sweep of it, whether
-- it is the whole, and else since when changes were asked for. The tables hold what earlier extractions read, of each
-- collection its own: so a record's IDs changed also when the tables have them by now, and what refers to it was read before
-- and shows others; and a record is gone also when an earlier extraction found it to be, or did not read it.
WITH reading AS (
    SELECT unnest(from_json($readings, '[{"source": "VARCHAR", "collection": "VARCHAR", "first": "BIGINT", "whole": "BOOLEAN", "since": "TIMESTAMP"}]'), recursive := true)
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
        reading.since,
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
),

referring AS (
    SELECT
        referrer.rid,
        referrer.source,
        referrer.collection,
        referrer.key,
        referrer.id,
        referrer.since,
        refs.path,
        refs.target_rid,
        refs.target_collection,
        concat_ws(
            '/',
            replace(replace(refs.provider, '%', '%25'), '/', '%2F'),
            replace(replace(refs.realm, '%', '%25'), '/', '%2F'),
            replace(replace(refs.id, '%', '%25'), '/', '%2F')
        ) AS shown
    FROM compared AS referrer
    INNER JOIN refs
        ON referrer.rid = refs.rid
    WHERE NOT referrer.whole
        AND NOT referrer.read
),

held_later AS (
    SELECT
        referring.*
    FROM referring
    INNER JOIN records AS target
        ON referring.target_rid = target.rid
            AND referring.source = target.source
    WHERE coalesce(target.updated_at > referring.since, true)
),

shown_otherwise AS (
    SELECT
        referred.source,
        referred.collection,
        referred.key,
        referred.id
    FROM (
        SELECT
            rid,
            source,
            collection,
            key,
            id,
            path,
            target_rid,
            list_sort(list(shown)) AS shown
        FROM held_later
        GROUP BY ALL
    ) AS referred
    INNER JOIN (
        SELECT
            rid,
            list_sort(list(concat_ws(
                '/',
                replace(replace(provider, '%', '%25'), '/', '%2F'),
                replace(replace(realm, '%', '%25'), '/', '%2F'),
                replace(replace(id, '%', '%25'), '/', '%2F')
            ))) AS borne
        FROM external_ids
        WHERE rid IN (SELECT target_rid FROM held_later)
        GROUP BY rid
    ) AS target
        ON referred.target_rid = target.rid
    WHERE referred.shown <> target.borne
)

SELECT
    referring.source,
    referring.collection,
    referring.key,
    referring.id
FROM referring
INNER JOIN compared AS target
    ON referring.target_rid = target.rid
WHERE target.changed

UNION

SELECT
    source,
    collection,
    key,
    id
FROM shown_otherwise

UNION

SELECT
    referring.source,
    referring.collection,
    referring.key,
    referring.id
FROM referring
INNER JOIN (
    SELECT
        source,
        collection,
        key
    FROM vanished_records

    UNION ALL

    SELECT
        source,
        collection,
        key
    FROM unread_records
) AS gone
    ON referring.source = gone.source
        AND referring.target_collection = gone.collection
        AND referring.shown = gone.key
ORDER BY ALL;
