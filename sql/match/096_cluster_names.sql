-- match/096_cluster_names.sql: keep every cluster ID that was ever given.
-- reads: rows()
-- writes: cluster_names
-- params: collection
-- rows: number BIGINT, cluster_id VARCHAR, assigned BIGINT, successor VARCHAR
-- grain: one cluster ID
INSERT INTO cluster_names
SELECT
    $collection AS collection,
    made.number,
    made.cluster_id,
    made.assigned,
    made.successor
FROM rows() AS made
