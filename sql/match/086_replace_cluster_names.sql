-- match/086_replace_cluster_names.sql: forget some cluster IDs, for which other rows are written.
-- reads: rows()
-- writes: cluster_names
-- params: collection
-- rows: number BIGINT
-- grain: none; rows of the collection are deleted
DELETE FROM cluster_names
WHERE collection = $collection
    AND number IN (SELECT number FROM rows())
