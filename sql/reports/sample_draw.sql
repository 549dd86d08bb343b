-- reports/sample_draw.sql: draw clusters that sameas is sure of, other than by IDs alone, each as likely as any other.
-- reads: cluster_stats, clusters
-- writes: samples
-- params: at, sample, seed, size
-- grain: one record of one drawn cluster
--
-- A larger sample of the same number and seed begins with the smaller one.
INSERT INTO samples (
    sample,
    place,
    collection,
    cluster_id,
    key,
    population,
    seed,
    drawn_at
)
WITH drawn AS (
    SELECT
        collection,
        cluster_id,
        row_number() OVER (ORDER BY md5(concat_ws('/', $seed, $sample, collection, cluster_id)), collection, cluster_id) AS place,
        count(*) OVER () AS population
    FROM cluster_stats
    WHERE tier = 'auto' AND NOT by_ids
)

SELECT
    $sample AS sample,
    d.place,
    d.collection,
    d.cluster_id,
    c.key,
    d.population,
    $seed AS seed,
    $at AS drawn_at
FROM drawn AS d
INNER JOIN clusters AS c
    ON d.collection = c.collection
    AND d.cluster_id = c.cluster_id
WHERE d.place <= $size
    AND NOT EXISTS (SELECT 1 FROM samples AS s WHERE s.sample = $sample AND s.place = d.place)
