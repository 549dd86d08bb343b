-- match/compare_members.sql: which cluster each record of one collection is in.
-- reads: clusters
-- writes: nothing
-- params: collection
-- grain: one record, by number; clusters are numbered from 0 in the order of their IDs
SELECT
    rid,
    dense_rank() OVER (ORDER BY cluster_id) - 1 AS place
FROM clusters
WHERE collection = $collection
ORDER BY rid
