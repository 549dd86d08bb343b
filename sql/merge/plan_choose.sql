-- merge/plan_choose.sql: the clusters that a plan of a part is asked for
-- reads: plan_steps
-- writes: plan_chosen
-- params: collections, clusters, most, spread
-- grain: one cluster; none of $collections or $clusters is any
--
-- At most $most clusters that write: the first of the plan or, spread, drawn in turn from every stratum (what is written,
-- on which evidence, with whose IDs), the largest strata first. Within a stratum the order is that of a hash, which
-- knows nothing of the records and is the same every time.
INSERT INTO plan_chosen
WITH units AS (
    SELECT
        home,
        cluster_id,
        min(place) AS place,
        bool_or(type <> 'withheld') AS writes,
        home || ' ' || string_agg(DISTINCT type || ':' || kinds || ':' || array_to_string(applications, ','), ' '
            ORDER BY type || ':' || kinds || ':' || array_to_string(applications, ',')) AS stratum
    FROM plan_steps
    WHERE cluster_id <> ''
    GROUP BY
        home,
        cluster_id
),
asked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY stratum ORDER BY md5(home || '/' || cluster_id)) AS turn,
        count(*) OVER (PARTITION BY stratum) AS size
    FROM units
    WHERE (len($collections::VARCHAR[]) = 0 OR list_contains($collections::VARCHAR[], home))
        AND (len($clusters::VARCHAR[]) = 0 OR list_contains($clusters::VARCHAR[], cluster_id))
        AND ($most::BIGINT = 0 OR writes)
)
SELECT
    home,
    cluster_id,
    true AS asked
FROM asked
QUALIFY $most::BIGINT = 0
    OR row_number() OVER (ORDER BY if($spread, turn, place), if($spread, size, 0) DESC, stratum, place) <= $most::BIGINT
