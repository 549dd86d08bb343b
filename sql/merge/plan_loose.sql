-- merge/plan_loose.sql: a stretch of the loose records of plan_members, with all that speaks against writing them
-- reads: plan_members
-- writes: nothing
-- params: first, last
-- grain: one record of an application that no auto cluster holds
SELECT
    rid,
    cluster_id,
    review_id,
    tier,
    key,
    source,
    company,
    coalesce(candidate, '') AS candidate,
    kinds,
    coalesce(birth_date, '') AS birth_date
FROM plan_members
WHERE loose AND place BETWEEN $first AND $last
ORDER BY place
