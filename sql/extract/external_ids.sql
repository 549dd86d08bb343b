-- extract/external_ids.sql: the complete external IDs of the kept rows of one collection
-- reads: staged_records
-- writes: external_ids
-- params: collection, before
-- grain: one external ID of one record; an ID listed twice counts once, at its first place
--
-- The own ID is there even when the id array lacks it. An entry that lacks a part names nothing and stays in raw only.
INSERT INTO external_ids (
    rid,
    collection,
    provider,
    realm,
    id,
    position
)
WITH listed AS (
    SELECT
        $before + number AS rid,
        {'provider': provider, 'realm': realm, 'id': id} AS own,
        coalesce(json_transform(ids, '[{"provider": "VARCHAR", "realm": "VARCHAR", "id": "VARCHAR"}]'), []) AS entries
    FROM staged_records
    WHERE collection = $collection
        AND number IS NOT NULL
),

placed AS (
    SELECT
        rid,
        unnest(list_filter(
            list_transform(
                list_append(entries, own),
                lambda e, place: {'entry': e, 'position': place - 1, 'first': list_position(entries, e)}
            ),
            lambda e: e.entry.provider <> '' AND e.entry.realm <> '' AND e.entry.id <> '' AND coalesce(e.first, 0) IN (0, e.position + 1)
        )) AS e
    FROM listed
)

SELECT
    rid,
    $collection AS collection,
    e.entry.provider AS provider,
    e.entry.realm AS realm,
    e.entry.id AS id,
    e.position AS position
FROM placed;
