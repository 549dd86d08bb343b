-- merge/plan_extent.sql: how far the places of what was gathered go
-- reads: plan_members, plan_references
-- writes: nothing
-- params:
-- grain: one row; 0 where there is nothing
SELECT
    coalesce((SELECT max(place) FROM plan_members WHERE NOT loose), 0) AS clusters,
    coalesce((SELECT max(place) FROM plan_members WHERE loose), 0) AS loose,
    coalesce((SELECT max(place) FROM plan_references), 0) AS referrers
