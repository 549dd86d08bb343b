-- match/102_term_weights.sql: what the frequency of some values adds to their fields' weights.
-- reads: term_weights
-- writes: nothing
-- params: collection, every, terms
-- grain: one value of one field
SELECT
    field,
    term,
    bits
FROM term_weights
WHERE collection = $collection
    AND ($every OR list_contains(CAST($terms AS VARCHAR[]), term))
ORDER BY field, term
