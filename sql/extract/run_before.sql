-- extract/run_before.sql: whether the last finished run of a source and collection read the same, and which file
-- reads: extractions, pages
-- writes: nothing
-- params: source, collection, source_type, endpoint, group
-- grain: one row
--
-- Of the hub another endpoint or group holds other records; a file may be called otherwise each time.
SELECT
    coalesce((
        SELECT source_type = $source_type AND (source_type <> 'connec' OR endpoint = $endpoint AND group_id = $group)
        FROM extractions
        WHERE source = $source
            AND collection = $collection
            AND finished_at IS NOT NULL
        ORDER BY run DESC
        LIMIT 1
    ), false) AS same,
    coalesce((
        SELECT sha256
        FROM pages
        WHERE source = $source
            AND collection = $collection
            AND body IS NULL
        LIMIT 1
    ), '') AS sha256;
