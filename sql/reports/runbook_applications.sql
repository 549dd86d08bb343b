-- reports/runbook_applications.sql: what the plan does to the records of each application
-- reads: operations, records, external_ids
-- writes: nothing
-- params:
-- grain: one application (provider and realm) that knows a record which the plan writes
--
-- An application is notified of every write to a hub record that it knows by an ID of its own. It also is of the write
-- that gives it its ID.
WITH written AS (
    SELECT
        o.op_id,
        o.type,
        o.collection,
        o.target_key AS key
    FROM operations o
    WHERE o.type <> 'withheld' AND o.target_key IS NOT NULL
),
listeners AS (
    SELECT DISTINCT
        r.collection,
        r.key,
        e.provider,
        e.realm
    FROM records r
    JOIN external_ids e USING (rid)
    WHERE r.hub AND e.provider <> 'connec'
)
SELECT
    l.provider,
    l.realm,
    count(DISTINCT (w.collection, w.key)) AS records,
    count(*) AS notifications,
    count(*) FILTER (w.type = 'retire') AS retired
FROM written w
JOIN listeners l USING (collection, key)
GROUP BY
    l.provider,
    l.realm
ORDER BY
    l.provider,
    l.realm
