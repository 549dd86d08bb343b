-- extract/external_ids.sql: the complete external IDs of the kept rows of one collection
-- reads: staged_keys
-- writes: external_ids
-- params: collection
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
        rid,
        unnest(ids) AS entry,
        unnest(range(len(ids)::BIGINT)) AS position
    FROM staged_keys
    WHERE collection = $collection
        AND kept

    UNION ALL

    SELECT
        rid,
        {'provider': provider, 'realm': realm, 'id': id} AS entry,
        coalesce(len(ids), 0) AS position
    FROM staged_keys
    WHERE collection = $collection
        AND kept
)

SELECT
    rid,
    $collection AS collection,
    entry.provider,
    entry.realm,
    entry.id,
    min(position) AS position
FROM listed
WHERE entry.provider <> ''
    AND entry.realm <> ''
    AND entry.id <> ''
GROUP BY ALL;
