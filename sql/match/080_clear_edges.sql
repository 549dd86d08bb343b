-- match/080_clear_edges.sql: forget what the run before wrote to edges.
-- reads: nothing
-- writes: edges
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM edges
WHERE collection = $collection
