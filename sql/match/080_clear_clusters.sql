-- match/080_clear_clusters.sql: forget what the run before wrote to clusters.
-- reads: nothing
-- writes: clusters
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM clusters
WHERE collection = $collection
