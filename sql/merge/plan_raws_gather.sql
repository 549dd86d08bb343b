-- merge/plan_raws_gather.sql: the records of plan_members whose fields are read, as Connec! returns them
-- reads: plan_members, records
-- writes: plan_raws
-- params:
-- grain: one record
INSERT INTO plan_raws
SELECT
    m.place,
    m.loose,
    m.rid,
    r.raw
FROM plan_members m
JOIN records r USING (rid)
WHERE m.with_raw
ORDER BY
    m.loose,
    m.place,
    m.rid
