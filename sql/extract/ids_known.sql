-- extract/ids_known.sql: how many of the IDs that a file or crosswalk holds the hub knows, by provider and realm
-- reads: records, external_ids, links
-- writes: nothing
-- params: source, collection
-- grain: one provider and realm that the source names
--
-- `own` tells the IDs that the file's rows are named by from those of other applications: an application not yet
-- connected has no ID in the hub, which is no fault, while known links that the hub knows nothing of lead nowhere.
WITH claims AS (
    SELECT DISTINCT
        e.provider,
        e.realm,
        e.id,
        e.provider = r.provider AND e.realm = r.realm AS own
    FROM records AS r
    INNER JOIN external_ids AS e
        ON r.rid = e.rid
    WHERE r.source = $source
        AND r.collection = $collection
        AND NOT r.hub

    UNION

    SELECT
        left_provider AS provider,
        left_realm AS realm,
        left_id AS id,
        false AS own
    FROM links
    WHERE source = $source
        AND collection = $collection

    UNION

    SELECT
        right_provider AS provider,
        right_realm AS realm,
        right_id AS id,
        false AS own
    FROM links
    WHERE source = $source
        AND collection = $collection
),

held AS (
    SELECT
        e.provider,
        e.realm,
        e.id,
        bool_or(r.hub) AS hub
    FROM external_ids AS e
    INNER JOIN records AS r
        ON e.rid = r.rid
    WHERE e.collection = $collection
        AND r.source <> $source
    GROUP BY
        e.provider,
        e.realm,
        e.id
),

hub_realms AS (
    SELECT
        provider,
        realm,
        count(*) AS ids
    FROM held
    WHERE hub
    GROUP BY
        provider,
        realm
)

SELECT
    c.provider,
    c.realm,
    bool_and(c.own) AS own,
    count(*) AS ids,
    count(*) FILTER (WHERE h.hub) AS known,
    count(*) FILTER (WHERE h.id IS NULL) AS held_by_nobody,
    (
        SELECT coalesce(string_agg('realm ' || r.realm || ' (' || r.ids || ' IDs)', ', ' ORDER BY r.ids DESC, r.realm), '')
        FROM hub_realms AS r
        WHERE r.provider = c.provider
            AND r.realm <> c.realm
    ) AS other_realms,
    (
        SELECT coalesce(sum(r.ids), 0)::BIGINT
        FROM hub_realms AS r
        WHERE r.provider = c.provider
    ) AS provider_ids,
    (SELECT count(*) FROM records AS hub_record WHERE hub_record.collection = $collection AND hub_record.hub) AS hub_records
FROM claims AS c
LEFT JOIN held AS h
    ON c.provider = h.provider
        AND c.realm = h.realm
        AND c.id = h.id
GROUP BY
    c.provider,
    c.realm
ORDER BY
    c.provider,
    c.realm;
