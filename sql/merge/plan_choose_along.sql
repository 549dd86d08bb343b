-- merge/plan_choose_along.sql: the clusters that must go with those chosen, so that a plan of a part stands by itself
-- reads: plan_steps, plan_chosen
-- writes: plan_chosen
-- params:
-- grain: one cluster that an operation of a chosen one waits for, or whose survivor it refers to; and so on from there
INSERT INTO plan_chosen
WITH RECURSIVE waits AS (
    SELECT
        home,
        cluster_id,
        unnest(depends_on) AS op_id
    FROM plan_steps
    WHERE len(depends_on) > 0
),
refers AS (
    SELECT
        home,
        cluster_id,
        unnest(refers_to) AS target_key
    FROM plan_steps
    WHERE len(refers_to) > 0
),
ties AS (
    SELECT DISTINCT
        w.home,
        w.cluster_id,
        s.home AS other_home,
        s.cluster_id AS other_cluster
    FROM waits w
    JOIN plan_steps s USING (op_id)
    WHERE (w.home, w.cluster_id) <> (s.home, s.cluster_id)
    UNION
    SELECT DISTINCT
        r.home,
        r.cluster_id,
        s.home AS other_home,
        s.cluster_id AS other_cluster
    FROM refers r
    JOIN plan_steps s USING (target_key)
    WHERE s.type IN ('consolidate', 'merge') AND (r.home, r.cluster_id) <> (s.home, s.cluster_id)
),
reached AS (
    SELECT
        home,
        cluster_id
    FROM plan_chosen
    UNION
    SELECT
        t.other_home AS home,
        t.other_cluster AS cluster_id
    FROM reached r
    JOIN ties t ON t.home = r.home AND t.cluster_id = r.cluster_id
)
SELECT
    r.home,
    r.cluster_id,
    false AS asked
FROM reached r
ANTI JOIN plan_chosen c ON c.home = r.home AND c.cluster_id = r.cluster_id
