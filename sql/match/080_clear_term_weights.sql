-- match/080_clear_term_weights.sql: forget what the run before wrote to term_weights.
-- reads: nothing
-- writes: term_weights
-- params: collection
-- grain: none; rows of the collection are deleted
DELETE FROM term_weights
WHERE collection = $collection
