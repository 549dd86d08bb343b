-- extract/quality_found.sql: fields with values that say nothing or can be no such value, and applications whose IDs stand on several records
-- reads: quality, id_coverage
-- writes: nothing
-- params:
-- grain: one field, or one application, of one collection of one source
SELECT
    source,
    collection,
    field AS what,
    filled AS values_held,
    placeholders,
    malformed,
    0 AS ids_shared,
    0 AS most_records,
    position
FROM quality
WHERE placeholders + malformed > 0
UNION ALL
SELECT
    source,
    collection,
    id_text(provider, realm, '') AS what,
    both_know,
    0,
    0,
    ids_shared,
    most_records,
    1000
FROM id_coverage
WHERE provider = other_provider AND realm = other_realm AND ids_shared > 0
ORDER BY source, collection, position, what
