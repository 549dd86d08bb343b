-- merge/plan_raws.sql: the records of a stretch of clusters or of loose records whose fields are read
-- reads: plan_raws
-- writes: nothing
-- params: first, last, loose
-- grain: one record
SELECT
    rid,
    raw
FROM plan_raws
WHERE loose = $loose AND place BETWEEN $first AND $last
