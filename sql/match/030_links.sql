-- match/030_links.sql: the crosswalk lines of one collection.
-- reads: links
-- writes: nothing
-- params: collection
-- grain: one line of a crosswalk
SELECT
    source,
    line,
    left_provider,
    left_realm,
    left_id,
    right_provider,
    right_realm,
    right_id
FROM links
WHERE collection = $collection
ORDER BY source, line
