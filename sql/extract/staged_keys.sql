-- extract/staged_keys.sql: finds each staged row's own ID, drops repeats, and numbers the records of one collection
-- reads: staged_rows, records
-- writes: staged_keys
-- params: collection, hub_sources
-- grain: one staged row
--
-- The own ID is the mapping's, else the hub's entry of the id array, else a plain id (the hub's UUID, its channel in
-- channel_id), else the smallest complete entry. Several candidates: the smallest, so that the order of an array
-- decides nothing. $hub_sources is a JSON array of the sources whose records must bear a Connec! ID. Of rows with one key the latest stays. rid follows the records of collections before this one.
INSERT INTO staged_keys (
    source,
    collection,
    place,
    provider,
    realm,
    id,
    key,
    ids,
    kept,
    rid
)
WITH parsed AS (
    SELECT
        source,
        place,
        provider,
        realm,
        id,
        json_transform(json_extract(raw, '$.id'), '[{"provider":"VARCHAR","realm":"VARCHAR","id":"VARCHAR"}]') AS ids,
        CASE
            WHEN json_type(raw, '$.id') NOT IN ('ARRAY', 'OBJECT', 'NULL') THEN nullif(json_extract_string(raw, '$.id'), '')
        END AS plain_id,
        nullif(json_extract_string(raw, '$.channel_id'), '') AS channel
    FROM staged_rows
    WHERE collection = $collection
),

complete AS (
    SELECT
        source,
        place,
        CASE WHEN id IS NOT NULL THEN {'provider': provider, 'realm': realm, 'id': id} END AS mapped,
        CASE WHEN plain_id IS NOT NULL AND channel IS NOT NULL THEN {'provider': 'connec', 'realm': channel, 'id': plain_id} END AS plain,
        ids,
        list_filter(ids, lambda e: e.provider <> '' AND e.realm <> '' AND e.id <> '') AS whole
    FROM parsed
),

owned AS (
    SELECT
        source,
        place,
        coalesce(
            mapped,
            list_min(list_filter(whole, lambda e: e.provider = 'connec')),
            plain,
            CASE WHEN NOT list_contains(from_json($hub_sources, '["VARCHAR"]'), source) THEN list_min(whole) END
        ) AS own,
        CASE WHEN ids IS NULL AND plain IS NOT NULL THEN [plain] ELSE ids END AS ids
    FROM complete
),

named AS (
    SELECT
        source,
        place,
        own,
        replace(replace(own.provider, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(own.realm, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(own.id, '%', '%25'), '/', '%2F') AS key,
        ids
    FROM owned
),

latest AS (
    SELECT
        source,
        place,
        own,
        key,
        ids,
        key IS NOT NULL AND row_number() OVER (PARTITION BY source, key ORDER BY place DESC) = 1 AS kept
    FROM named
),

base AS (
    SELECT count(*) AS records_before
    FROM records
    WHERE collection < $collection
)

SELECT
    source,
    $collection AS collection,
    place,
    own.provider,
    own.realm,
    own.id,
    key,
    ids,
    kept,
    CASE WHEN kept THEN records_before + row_number() OVER (PARTITION BY kept ORDER BY key, source) END AS rid
FROM latest
CROSS JOIN base;
