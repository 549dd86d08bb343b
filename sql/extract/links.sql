-- extract/links.sql: takes over the lines read of the crosswalks of one collection
-- reads: staged_links
-- writes: links
-- params: collection
-- grain: one line of a crosswalk
INSERT INTO links (
    source,
    line,
    collection,
    left_provider,
    left_realm,
    left_id,
    right_provider,
    right_realm,
    right_id
)
SELECT
    source,
    line,
    collection,
    left_provider,
    left_realm,
    left_id,
    right_provider,
    right_realm,
    right_id
FROM staged_links
WHERE collection = $collection;
