-- match/086_replace_cluster_keys.sql: forget which clusters some external IDs tell, for which other rows are written.
-- reads: rows()
-- writes: cluster_keys
-- params: collection
-- rows: id_hash UBIGINT
-- grain: none; rows of the collection are deleted
DELETE FROM cluster_keys
WHERE collection = $collection
    AND id_hash IN (SELECT id_hash FROM rows())
