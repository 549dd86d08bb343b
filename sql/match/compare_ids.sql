-- match/compare_ids.sql: the external IDs that clusters are told by, in their text form.
-- reads: external_ids, clusters
-- writes: nothing
-- params: collection
-- grain: one external ID that one cluster alone carries
--
-- Records are numbered anew by every extraction; an ID on several clusters tells none of them.
SELECT
    replace(replace(e.provider, '%', '%25'), '/', '%2F') || '/' || replace(replace(e.realm, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(e.id, '%', '%25'), '/', '%2F') AS id,
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
ORDER BY id
