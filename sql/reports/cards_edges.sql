-- reports/cards_edges.sql: kept pairs inside every review item, strongest first
-- reads: edges, clusters, item_clusters
-- writes: nothing
-- params:
-- grain: one kept pair
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
JOIN clusters a ON a.rid = e.rid_a AND a.collection = e.collection
JOIN clusters b ON b.rid = e.rid_b AND b.collection = e.collection AND b.review_id = a.review_id
JOIN item_clusters u ON u.collection = a.collection AND u.cluster_id = a.cluster_id
ORDER BY e.collection, a.review_id, e.kind = 'fuzzy', e.weight DESC NULLS LAST, e.key_a, e.key_b, e.kind, e.via
