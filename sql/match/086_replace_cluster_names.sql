-- match/086_replace_cluster_names.sql: forget some cluster IDs, for which other rows are written.
-- reads: rows()
-- writes: cluster_names
-- params: collection
-- rows: cluster_id VARCHAR
-- grain: none; rows of the collection are deleted
DELETE FROM cluster_names
WHERE collection = $collection
    AND cluster_id IN (SELECT cluster_id FROM rows())
