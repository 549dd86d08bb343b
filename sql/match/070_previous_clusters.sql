-- match/070_previous_clusters.sql: which records carry the external IDs of the clusters of the run before.
-- reads: cluster_keys, external_ids
-- writes: nothing
-- params: collection
-- grain: one record and one cluster of the run before
--
-- An ID on several records counts once, for the first of them.
WITH carried AS (
    SELECT
        provider,
        realm,
        id,
        min(rid) AS rid
    FROM external_ids
    WHERE collection = $collection
    GROUP BY
        provider,
        realm,
        id
)

SELECT
    carried.rid,
    former.cluster_id,
    count(*) AS ids
FROM cluster_keys AS former
INNER JOIN carried USING (provider, realm, id)
WHERE former.collection = $collection
GROUP BY
    carried.rid,
    former.cluster_id
ORDER BY
    carried.rid,
    former.cluster_id
