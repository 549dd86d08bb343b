-- reports/cards_ids.sql: the applications' IDs of the records of every review item of two or more, or of one item
-- reads: clusters, records, external_ids
-- writes: nothing
-- params: collection, item
-- grain: one ID of one record
WITH several AS (
    SELECT
        collection,
        review_id
    FROM clusters
    WHERE $item = '' OR (collection = $collection AND review_id = $item)
    GROUP BY
        collection,
        review_id
    HAVING count(*) > 1
)
SELECT
    c.collection,
    c.review_id,
    c.key,
    r.source,
    id_text(e.provider, e.realm, e.id) AS id
FROM clusters c
SEMI JOIN several s ON s.collection = c.collection AND s.review_id = c.review_id
JOIN records r ON r.rid = c.rid
JOIN external_ids e ON e.rid = c.rid
WHERE e.provider <> 'connec'
ORDER BY c.collection, c.review_id, c.key, r.source, e.provider, e.realm, e.id
