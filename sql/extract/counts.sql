-- extract/counts.sql: what one source and collection came to
-- reads: staged_records, records, external_ids, refs
-- writes: nothing
-- params: source, collection, first_place
-- grain: one row
--
-- Rows before $first_place were received by the run that this one goes on from.
--
-- A reference dangles when its target's collection was extracted and none of its records holds any of its IDs; one
-- that several records could be meant by does not dangle.
WITH rows_read AS (
    SELECT
        count(*) FILTER (WHERE place >= $first_place) AS rows_got,
        count(number) AS records,
        count(*) FILTER (WHERE key IS NOT NULL AND number IS NULL AND place >= $first_place) AS repeated,
        count(*) FILTER (WHERE key IS NULL) AS keyless,
        min(place) FILTER (WHERE key IS NULL) AS first_keyless,
        coalesce(sum(len(list_filter(
            json_transform(ids, '[{"provider": "VARCHAR", "realm": "VARCHAR", "id": "VARCHAR"}]'),
            lambda e: NOT coalesce(e.provider <> '' AND e.realm <> '' AND e.id <> '', false)
        ))), 0)::BIGINT AS id_defects
    FROM staged_records
    WHERE source = $source
        AND collection = $collection
),

references_held AS (
    SELECT
        refs.rid,
        refs.path,
        bool_or(bearer.rid IS NOT NULL) AS found
    FROM refs
    INNER JOIN records
        ON refs.rid = records.rid
    LEFT JOIN external_ids AS bearer
        ON refs.target_collection = bearer.collection
            AND refs.provider = bearer.provider
            AND refs.realm = bearer.realm
            AND refs.id = bearer.id
    WHERE records.source = $source
        AND records.collection = $collection
        AND refs.target_collection IN (SELECT collection FROM records)
    GROUP BY
        refs.rid,
        refs.path
)

SELECT
    rows_got,
    records,
    repeated,
    keyless,
    first_keyless,
    id_defects,
    (SELECT count(*) FROM references_held WHERE NOT found) AS dangling_refs
FROM rows_read;
