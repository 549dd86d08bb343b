-- reports/csv_pairs.sql: kept pairs, their clusters and the levels that make their weight, for pairs.csv
-- reads: edges, clusters
-- writes: nothing
-- params:
-- grain: one kept pair under one kind and one rule
--
-- waterfall() is the function that match and explain use; it makes its long texts once the rows are in order.
SELECT
    * EXCLUDE (levels, tf),
    waterfall(collection, weight_bits, levels, tf) AS waterfall
FROM (
    SELECT
        e.collection,
        e.key_a,
        e.key_b,
        a.cluster_id AS cluster_a,
        b.cluster_id AS cluster_b,
        e.kind,
        e.via,
        round(e.weight, 3) AS weight_bits,
        round(e.probability, 6) AS probability,
        e.levels,
        e.tf
    FROM edges e
    LEFT JOIN clusters a ON a.rid = e.rid_a AND a.collection = e.collection
    LEFT JOIN clusters b ON b.rid = e.rid_b AND b.collection = e.collection
    ORDER BY e.collection, e.key_a, e.key_b, e.kind, e.via, cluster_a, cluster_b, weight_bits
)
