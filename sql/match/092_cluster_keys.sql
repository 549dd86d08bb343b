-- match/092_cluster_keys.sql: keep which cluster carries which external ID, for the next run to inherit cluster IDs by.
-- reads: external_ids, clusters
-- writes: cluster_keys
-- params: collection
-- grain: one external ID that one cluster alone carries
--
-- Extracting anew replaces external_ids and numbers records anew: only what is kept here tells what a cluster was made of.
INSERT INTO cluster_keys
SELECT
    $collection AS collection,
    e.provider,
    e.realm,
    e.id,
    min(c.cluster_id) AS cluster_id
FROM external_ids AS e
INNER JOIN clusters AS c
    ON c.rid = e.rid
    AND c.collection = e.collection
WHERE e.collection = $collection
GROUP BY
    e.provider,
    e.realm,
    e.id
HAVING count(DISTINCT c.cluster_id) = 1
