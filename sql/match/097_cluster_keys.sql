-- match/097_cluster_keys.sql: keep the external IDs that tell clusters: those that one alone carries, and records' own.
-- reads: rows()
-- writes: cluster_keys
-- params: collection
-- rows: id_hash UBIGINT, cluster BIGINT
-- grain: one external ID
INSERT INTO cluster_keys
SELECT
    $collection AS collection,
    made.id_hash,
    made.cluster
FROM rows() AS made
WHERE made.cluster IS NOT NULL
