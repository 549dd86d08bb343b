-- match/080_clear_links.sql: forget the must-links that the run before wrote to edges; its scored pairs stand.
-- reads: nothing
-- writes: edges
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM edges
WHERE collection = $collection
    AND kind <> 'fuzzy'
