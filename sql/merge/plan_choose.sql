-- merge/plan_choose.sql: the clusters that a plan of a part is asked for
-- reads: plan_steps
-- writes: plan_chosen
-- params: collections, clusters, most, spread
-- grain: one cluster; none of $collections or $clusters is any
--
-- At most $most clusters that write (0: all, those that write nothing included): the first of the plan or, spread, first
-- one with each trait (a type of operation, a kind of evidence, an application whose ID is written), then in turn from
-- every stratum of like clusters, the largest first. Among equals the order is that of a hash, which knows nothing of
-- the records and is the same every time.
INSERT INTO plan_chosen
WITH units AS (
    SELECT
        home,
        cluster_id,
        min(place) AS place,
        bool_or(type <> 'withheld') AS writes,
        md5(home || '/' || cluster_id) AS lot,
        list_sort(list_distinct(list(type))) AS types,
        list_sort(list_distinct(flatten(list(string_split(kinds, ','))))) AS kinds,
        list_sort(list_distinct(flatten(list(applications)))) AS applications
    FROM plan_steps
    WHERE cluster_id <> ''
        AND (len($collections::VARCHAR[]) = 0 OR list_contains($collections::VARCHAR[], home))
        AND (len($clusters::VARCHAR[]) = 0 OR list_contains($clusters::VARCHAR[], cluster_id))
    GROUP BY
        home,
        cluster_id
    HAVING $most::BIGINT = 0 OR bool_or(type <> 'withheld')
),
traits AS (
    SELECT
        home,
        cluster_id,
        lot,
        unnest(types || kinds || applications) AS trait
    FROM units
    WHERE $spread
),
firsts AS (
    SELECT
        home,
        cluster_id,
        count(*) AS covers
    FROM (
        SELECT
            home,
            cluster_id
        FROM traits
        QUALIFY row_number() OVER (PARTITION BY home, trait ORDER BY lot) = 1
    )
    GROUP BY
        home,
        cluster_id
),
ranked AS (
    SELECT
        u.home,
        u.cluster_id,
        u.place,
        coalesce(f.covers, 0) AS covers,
        row_number() OVER (PARTITION BY u.home, u.types, u.kinds ORDER BY u.lot) AS turn,
        count(*) OVER (PARTITION BY u.home, u.types, u.kinds) AS size
    FROM units u
    LEFT JOIN firsts f USING (home, cluster_id)
)
SELECT
    home,
    cluster_id,
    true AS asked
FROM ranked
QUALIFY $most::BIGINT = 0
    OR row_number() OVER (ORDER BY if($spread, covers, 0) DESC, if($spread, turn, 0), if($spread, size, 0) DESC, place) <= $most::BIGINT
