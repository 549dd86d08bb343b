-- reports/page_conflicts.sql: conflicts by kind with up to five examples of each, heaviest first
-- reads: conflicts
-- writes: nothing
-- params:
-- grain: one example of one kind of one collection
SELECT
    collection,
    kind,
    count(*) OVER (PARTITION BY collection, kind) AS total,
    coalesce(key_a, '') AS key_a,
    coalesce(key_b, '') AS key_b,
    detail
FROM conflicts
QUALIFY row_number() OVER (PARTITION BY collection, kind ORDER BY weight DESC NULLS LAST, key_a, key_b, cluster_id, other_cluster_id, detail) <= 5
ORDER BY collection, kind, weight DESC NULLS LAST, key_a, key_b, cluster_id, other_cluster_id, detail
