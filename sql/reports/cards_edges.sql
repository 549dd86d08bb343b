-- reports/cards_edges.sql: kept pairs inside every review item, or inside one, strongest first
-- reads: edges, clusters
-- writes: nothing
-- params: collection, item
-- grain: one kept pair
WITH chosen AS (
    SELECT
        rid,
        collection,
        review_id
    FROM clusters
    WHERE $item = '' OR (collection = $collection AND review_id = $item)
)
SELECT
    e.collection,
    a.review_id,
    e.key_a,
    e.key_b,
    e.kind,
    e.via,
    e.weight,
    e.probability,
    e.levels,
    e.tf
FROM edges e
JOIN chosen a ON a.rid = e.rid_a AND a.collection = e.collection
JOIN chosen b ON b.rid = e.rid_b AND b.collection = e.collection AND b.review_id = a.review_id
ORDER BY e.collection, a.review_id, e.kind = 'fuzzy', e.weight DESC NULLS LAST, e.key_a, e.key_b, e.kind, e.via
