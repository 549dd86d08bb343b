-- match/evaluate_records.sql: every record of one collection with its clusters, for judging them.
-- reads: records, clusters
-- writes: nothing
-- params: collection
-- grain: one record, in key order
--
-- A record that took no part in matching stands alone: what the clusters missed counts against them.
SELECT
    r.rid,
    r.provider,
    r.realm,
    r.id,
    CASE
        WHEN c.tier = 'auto' THEN c.cluster_id
        ELSE ''
    END AS auto_cluster,
    coalesce(c.review_id, '') AS review_cluster,
    coalesce(c.cluster_id, '') AS cluster_id,
    coalesce(c.tier, '') AS tier,
    r.key,
    r.source,
    CASE
        WHEN r.hub THEN coalesce(nullif(r.channel_id, ''), r.realm)
        ELSE ''
    END AS channel
FROM records AS r
LEFT JOIN clusters AS c
    ON c.collection = r.collection
    AND c.rid = r.rid
WHERE r.collection = $collection
ORDER BY
    r.key,
    r.source,
    r.rid
