-- match/evaluate_collections.sql: the collections that were matched.
-- reads: clusters
-- writes: nothing
-- params:
-- grain: one collection
SELECT DISTINCT collection
FROM clusters
ORDER BY collection
