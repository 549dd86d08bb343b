-- extract/staged_records.sql: finds each staged row's own ID, sorts the rows of one collection, and numbers its records
-- reads: staged_rows, page_records
-- writes: staged_records
-- params: collection, hub_sources, sweeps
-- grain: one row of a file or record of a page
--
-- The own ID is the mapping's, else the hub's entry of the id array, else a plain id (the hub's UUID, its channel in
-- channel_id), else the smallest complete entry. Several candidates: the smallest, so that the order of an array
-- decides nothing. $hub_sources is a JSON array of the sources whose records must bear a Connec! ID; $sweeps is one of
-- {source, first}, the first sweep whose pages count. A record's place grows with the sweep: of rows with one key the latest
-- stays.
--
-- The sort is the only step that sees all rows at once; it and the windows, which stream, need no more memory for more
-- rows.
INSERT INTO staged_records (
    number,
    source,
    collection,
    place,
    key,
    provider,
    realm,
    id,
    ids,
    birth_date,
    raw,
    source_row
)
WITH counting AS (
    SELECT unnest(from_json($sweeps, '[{"source": "VARCHAR", "first": "BIGINT"}]'), recursive := true)
),

received AS (
    SELECT
        source,
        place,
        raw,
        source_row,
        provider,
        realm,
        id
    FROM staged_rows
    WHERE collection = $collection
    UNION ALL
    SELECT
        page_records.source,
        page_records.sweep * 1000000000000 + page_records.place AS place,
        page_records.raw,
        NULL AS source_row,
        NULL AS provider,
        NULL AS realm,
        NULL AS id
    FROM page_records
    INNER JOIN counting
        ON page_records.source = counting.source
            AND page_records.sweep >= counting.first
    WHERE page_records.collection = $collection
),

parsed AS (
    SELECT
        source,
        place,
        raw,
        source_row,
        CASE WHEN id IS NOT NULL THEN {'provider': provider, 'realm': realm, 'id': id} END AS mapped,
        json_transform(raw, '{"id": "JSON", "channel_id": "VARCHAR", "birth_date": "VARCHAR"}') AS f
    FROM received
),

complete AS (
    SELECT
        source,
        place,
        raw,
        source_row,
        mapped,
        f.id AS ids,
        f.birth_date AS birth_date,
        whole_ids(f.id) AS whole,
        hub_id(f.id, f.channel_id) AS hubs
    FROM parsed
),

owned AS (
    SELECT
        source,
        place,
        raw,
        source_row,
        ids,
        birth_date,
        coalesce(
            mapped,
            hubs,
            CASE WHEN NOT list_contains(from_json($hub_sources, '["VARCHAR"]'), source) THEN list_min(whole) END
        ) AS own
    FROM complete
),

named AS (
    SELECT
        source,
        place,
        raw,
        source_row,
        ids,
        birth_date,
        own.provider AS provider,
        own.realm AS realm,
        own.id AS id,
        replace(replace(own.provider, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(own.realm, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(own.id, '%', '%25'), '/', '%2F') AS key
    FROM owned
),

sorted AS (
    SELECT *
    FROM named
    ORDER BY
        key,
        source,
        place
),

latest AS (
    SELECT
        *,
        key IS NOT NULL AND (lead(key) OVER () IS DISTINCT FROM key OR lead(source) OVER () <> source) AS kept
    FROM sorted
),

counted AS (
    SELECT
        *,
        count(*) FILTER (WHERE kept) OVER (ROWS UNBOUNDED PRECEDING) AS kept_so_far
    FROM latest
)

SELECT
    CASE WHEN kept THEN kept_so_far END AS number,
    source,
    $collection AS collection,
    place,
    key,
    provider,
    realm,
    id,
    ids,
    birth_date,
    raw,
    source_row
FROM counted;
