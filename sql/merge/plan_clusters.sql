-- merge/plan_clusters.sql: a stretch of the clusters of plan_members, member by member
-- reads: plan_members
-- writes: nothing
-- params: first, last
-- grain: one record of one cluster
SELECT
    rid,
    place,
    cluster_id,
    review_id,
    reason,
    key,
    source,
    hub,
    coalesce(status, '') AS status,
    coalesce(channel, '') AS channel,
    coalesce(created, '') AS created,
    coalesce(birth_date, '') AS birth_date,
    coalesce(reference, '') AS reference,
    refs_in,
    kinds,
    company,
    coalesce(candidate, '') AS candidate
FROM plan_members
WHERE NOT loose AND place BETWEEN $first AND $last
ORDER BY
    place,
    key,
    source
