-- match/099_conflicts.sql: keep the merges refused or taken out of auto, and the guards that fired.
-- reads: rows()
-- writes: conflicts
-- params: collection
-- rows: kind VARCHAR, cluster_id VARCHAR, other_cluster_id VARCHAR, key_a VARCHAR, key_b VARCHAR, provider VARCHAR, realm VARCHAR, weight DOUBLE, detail VARCHAR
-- grain: one conflict
INSERT INTO conflicts
SELECT
    $collection AS collection,
    made.kind,
    made.cluster_id,
    made.other_cluster_id,
    made.key_a,
    made.key_b,
    made.provider,
    made.realm,
    made.weight,
    made.detail
FROM rows() AS made
