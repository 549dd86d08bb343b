-- match/100_find_records.sql: the records that carry one external ID, with what matching made of them.
-- reads: external_ids, records, features, clusters
-- writes: nothing
-- params: provider, realm, id, collection
-- grain: one record, the one whose own ID it is first; an empty collection means any, an empty realm any realm
SELECT
    r.collection,
    r.rid,
    r.key,
    r.source,
    CASE
        WHEN r.hub THEN coalesce(nullif(r.channel_id, ''), r.realm)
        ELSE ''
    END AS channel,
    f.vals,
    c.cluster_id,
    c.tier,
    c.review_id
FROM external_ids AS e
JOIN records AS r ON r.rid = e.rid
JOIN features AS f ON f.rid = e.rid
JOIN clusters AS c ON c.rid = e.rid
WHERE e.provider = $provider
    AND e.id = $id
    AND ($realm = '' OR e.realm = $realm)
    AND ($collection = '' OR r.collection = $collection)
ORDER BY r.collection, r.provider = e.provider AND r.id = e.id DESC, r.key, r.rid
