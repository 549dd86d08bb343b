-- extract/refs_targets.sql: finds the record that each reference means, over all collections
-- reads: refs, records, external_ids
-- writes: refs
-- params: first_rid, last_rid
-- grain: one ID of one reference field of one record
--
-- A file's record and the hub's copy of it hold the same ID, so "any record that holds one of the IDs" would often be
-- two: a record of the same source goes before others, one whose own ID it is before one that also bears it.
--
-- It is run for one range of records after the other: of ten million at once it would need gigabytes.
UPDATE refs
SET target_rid = chosen.target_rid
FROM (
    WITH candidates AS (
        SELECT
            refs.rid,
            refs.path,
            target.rid AS target_rid,
            min(
                CASE WHEN target.source = referrer.source THEN 0 ELSE 2 END
                + CASE WHEN (target.provider, target.realm, target.id) = (refs.provider, refs.realm, refs.id) THEN 0 ELSE 1 END
            ) AS distance
        FROM refs
        INNER JOIN external_ids AS bearer
            ON refs.target_collection = bearer.collection
                AND refs.provider = bearer.provider
                AND refs.realm = bearer.realm
                AND refs.id = bearer.id
        INNER JOIN records AS target
            ON bearer.rid = target.rid
        INNER JOIN records AS referrer
            ON refs.rid = referrer.rid
        WHERE refs.rid BETWEEN $first_rid AND $last_rid
        GROUP BY
            refs.rid,
            refs.path,
            target.rid
    ),

    nearest AS (
        SELECT
            rid,
            path,
            target_rid
        FROM candidates
        QUALIFY distance = min(distance) OVER (PARTITION BY rid, path)
    ),

    single AS (
        SELECT
            rid,
            path,
            min(target_rid) AS target_rid
        FROM nearest
        GROUP BY
            rid,
            path
        HAVING count(*) = 1
    )

    SELECT
        r.rid,
        r.path,
        single.target_rid
    FROM (
        SELECT DISTINCT
            rid,
            path
        FROM refs
        WHERE rid BETWEEN $first_rid AND $last_rid
    ) AS r
    LEFT JOIN single
        ON r.rid = single.rid
            AND r.path = single.path
) AS chosen
WHERE refs.rid = chosen.rid
    AND refs.path = chosen.path;
