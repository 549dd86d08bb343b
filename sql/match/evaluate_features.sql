-- match/evaluate_features.sql: the normalised values of one collection's records, as one text each.
-- reads: features
-- writes: nothing
-- params: collection
-- grain: one record
--
-- A list crosses the driver one value at a time, a text a column at a time: values are joined by U+001E.
SELECT
    rid,
    array_to_string(vals, chr(30)) AS vals
FROM features
WHERE collection = $collection
ORDER BY rid
