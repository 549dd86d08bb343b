-- match/086_replace_clusters.sql: forget which clusters some records are in, for which other rows are written.
-- reads: rows()
-- writes: clusters
-- params: collection
-- rows: rid BIGINT
-- grain: none; rows of the collection are deleted
DELETE FROM clusters
WHERE collection = $collection
    AND rid IN (SELECT rid FROM rows())
