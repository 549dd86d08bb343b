-- match/109_cluster_members.sql: the records of one wider cluster, with what is compared of them.
-- reads: clusters, records, features, external_ids
-- writes: nothing
-- params: collection, cluster
-- grain: one record of the wider cluster that the cluster stands in, in the order of keys
WITH members AS (
    SELECT
        rid,
        key,
        cluster_id,
        tier,
        review_id
    FROM clusters
    WHERE collection = $collection
        AND review_id = (
            SELECT review_id
            FROM clusters
            WHERE collection = $collection
                AND cluster_id = $cluster
            LIMIT 1
        )
),

ids AS (
    SELECT
        rid,
        string_agg(
            replace(replace(provider, '%', '%25'), '/', '%2F') || '/' || replace(replace(realm, '%', '%25'), '/', '%2F')
                || '/' || replace(replace(id, '%', '%25'), '/', '%2F'),
            chr(30) ORDER BY position, provider, realm, id
        ) AS ids
    FROM external_ids
    SEMI JOIN members USING (rid)
    GROUP BY rid
)

SELECT
    c.rid,
    c.key,
    r.source,
    r.hub,
    coalesce(ids.ids, '') AS ids,
    f.vals,
    c.cluster_id,
    c.tier,
    c.review_id
FROM members AS c
JOIN records AS r ON r.rid = c.rid
JOIN features AS f ON f.rid = c.rid
LEFT JOIN ids ON ids.rid = c.rid
ORDER BY
    c.key,
    r.source,
    c.rid
