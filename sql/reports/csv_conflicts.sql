-- reports/csv_conflicts.sql: merges refused or taken out of auto, and guards that fired, for conflicts.csv
-- reads: conflicts
-- writes: nothing
-- params:
-- grain: one conflict
SELECT
    collection,
    kind,
    cluster_id,
    other_cluster_id,
    key_a,
    key_b,
    provider,
    realm,
    round(weight, 3) AS weight_bits,
    detail
FROM conflicts
ORDER BY ALL NULLS FIRST
