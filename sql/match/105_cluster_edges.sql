-- match/105_cluster_edges.sql: the edges inside one wider cluster.
-- reads: edges, clusters
-- writes: nothing
-- params: collection, review_id
-- grain: one edge, the strongest first; an edge made by an ID has no doubt about it
SELECT
    e.rid_a,
    e.rid_b,
    e.key_a,
    e.key_b,
    e.kind,
    coalesce(e.weight, 0) AS weight
FROM edges AS e
JOIN clusters AS a ON a.rid = e.rid_a AND a.collection = e.collection
JOIN clusters AS b ON b.rid = e.rid_b AND b.collection = e.collection
WHERE e.collection = $collection
    AND a.review_id = $review_id
    AND b.review_id = $review_id
ORDER BY e.kind = 'fuzzy', weight DESC, e.key_a, e.key_b
