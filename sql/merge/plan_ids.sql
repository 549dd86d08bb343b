-- merge/plan_ids.sql: the IDs of a stretch of clusters or of loose records
-- reads: plan_ids
-- writes: nothing
-- params: first, last, loose
-- grain: one ID of one record
SELECT
    rid,
    provider,
    realm,
    id,
    holders,
    dead,
    void,
    told
FROM plan_ids
WHERE loose = $loose AND place BETWEEN $first AND $last
ORDER BY
    place,
    rid,
    provider,
    realm,
    id
