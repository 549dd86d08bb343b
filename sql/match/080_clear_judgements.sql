-- match/080_clear_judgements.sql: forget the pairs that people judged the same; all other edges of the run before stand.
-- reads: nothing
-- writes: edges
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM edges
WHERE collection = $collection
    AND kind = 'decision'
