-- match/098_cluster_stats.sql: keep the shape of the clusters of several records.
-- reads: rows()
-- writes: cluster_stats
-- params: collection
-- rows: cluster_id VARCHAR, tier VARCHAR, size BIGINT, hub_records BIGINT, edges BIGINT, weakest DOUBLE, density DOUBLE, bridges BIGINT, by_ids BOOLEAN, reason VARCHAR
-- grain: one cluster
INSERT INTO cluster_stats
SELECT
    $collection AS collection,
    made.cluster_id,
    made.tier,
    made.size,
    made.hub_records,
    made.edges,
    made.weakest,
    made.density,
    made.bridges,
    made.by_ids,
    made.reason
FROM rows() AS made
