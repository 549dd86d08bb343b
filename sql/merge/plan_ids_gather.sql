-- merge/plan_ids_gather.sql: the IDs of the records of plan_members, with what the workspace knows of each
-- reads: plan_members, external_ids, application_ids, records
-- writes: plan_ids
-- params: collection
-- grain: one ID of one record, the hub's own included
INSERT INTO plan_ids
WITH held AS (
    SELECT
        provider,
        realm,
        id,
        count(*) AS holders
    FROM (
        SELECT DISTINCT
            e.provider,
            e.realm,
            e.id,
            r.key
        FROM external_ids e
        JOIN records r USING (rid)
        WHERE e.collection = $collection AND r.hub
    )
    GROUP BY
        provider,
        realm,
        id
),
ids AS (
    SELECT
        rid,
        provider,
        realm,
        id,
        dead,
        void,
        told
    FROM application_ids
    WHERE collection = $collection
    UNION ALL
    SELECT
        rid,
        provider,
        realm,
        id,
        false AS dead,
        false AS void,
        false AS told
    FROM external_ids
    WHERE collection = $collection AND provider = 'connec'
)
SELECT
    m.place,
    m.loose,
    m.rid,
    i.provider,
    i.realm,
    i.id,
    coalesce(h.holders, 0) AS holders,
    i.dead,
    i.void,
    i.told
FROM plan_members m
JOIN ids i USING (rid)
LEFT JOIN held h USING (provider, realm, id)
ORDER BY
    m.loose,
    m.place,
    m.rid
