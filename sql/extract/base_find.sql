-- extract/base_find.sql: the latest run of a connec source and collection, and what is there to tell changes from it
-- reads: extractions, pages, records
-- writes: nothing
-- params: source, collection, now
-- grain: at most one row
--
-- A time to come is no time by which changes can be told, and is left out of the latest one.
SELECT
    status,
    coalesce(endpoint, '') AS endpoint,
    coalesce(group_id, '') AS group_id,
    counts_from,
    as_of,
    ids_as_of,
    (
        SELECT max(sweep)
        FROM pages
        WHERE source = $source
            AND collection = $collection
            AND body IS NOT NULL
    ) AS last_sweep,
    held.records,
    held.undated,
    held.latest
FROM extractions
CROSS JOIN (
    SELECT
        count(*) AS records,
        count(*) - count(updated_at) AS undated,
        max(updated_at) FILTER (WHERE updated_at <= $now) AS latest
    FROM records
    WHERE source = $source
        AND collection = $collection
) AS held
WHERE source = $source
    AND collection = $collection
ORDER BY run DESC
LIMIT 1;
