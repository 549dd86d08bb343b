-- merge/plan_notifications.sql: how many notifications applying the plan would cause
-- reads: operations, records, external_ids
-- writes: nothing
-- params:
-- grain: one row: writes times applications that hold an ID of the record written
WITH listeners AS (
    SELECT
        r.collection,
        r.key,
        count(DISTINCT (e.provider, e.realm)) AS applications
    FROM records r
    JOIN external_ids e USING (rid)
    WHERE r.hub AND e.provider <> 'connec'
    GROUP BY
        r.collection,
        r.key
)
SELECT
    coalesce(sum(l.applications), 0)::BIGINT AS notifications
FROM operations o
JOIN listeners l ON l.collection = o.collection AND l.key = o.target_key
WHERE o.type <> 'withheld'
