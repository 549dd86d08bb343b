-- merge/plan_totals.sql: what the plan holds, and how much of the whole that is
-- reads: plan_steps, plan_chosen, records, external_ids
-- writes: nothing
-- params:
-- grain: one row
--
-- Notifications are writes times applications that hold an ID of the record written: those are told of every change.
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
),
kept AS (
    SELECT s.*
    FROM plan_steps s
    SEMI JOIN plan_chosen c ON c.home = s.home AND c.cluster_id = s.cluster_id
),
writing AS (
    SELECT DISTINCT
        home,
        cluster_id
    FROM plan_steps
    WHERE type <> 'withheld'
)
SELECT
    count(*) FILTER (k.type <> 'withheld') AS operations,
    count(*) FILTER (k.type = 'withheld') AS withheld,
    count(*) FILTER (k.irreversible) AS irreversible,
    coalesce(sum(l.applications) FILTER (k.type <> 'withheld'), 0)::BIGINT AS notifications,
    (SELECT count(*) FROM writing w SEMI JOIN plan_chosen c ON c.home = w.home AND c.cluster_id = w.cluster_id AND c.asked) AS asked,
    (SELECT count(*) FROM plan_chosen WHERE NOT asked) AS along,
    (SELECT count(*) FROM writing) AS of_clusters,
    (SELECT count(*) FROM plan_steps WHERE type <> 'withheld') AS of_operations
FROM kept k
LEFT JOIN listeners l ON l.collection = k.collection AND l.key = k.target_key
