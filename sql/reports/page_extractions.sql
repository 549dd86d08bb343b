-- reports/page_extractions.sql: the latest run of each source and collection
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one source and collection
SELECT
    source,
    source_type,
    collection,
    coalesce(endpoint, '') AS endpoint,
    coalesce(group_id, '') AS group_id,
    CASE WHEN finished_at IS NULL THEN '' ELSE strftime(finished_at, '%Y-%m-%d %H:%M') END AS finished_at,
    total,
    records,
    repeated,
    id_defects,
    dangling_refs,
    ids_checked,
    ids_known,
    status,
    coalesce(doubt, '') AS doubt,
    coalesce(note, '') AS note
FROM extractions
QUALIFY row_number() OVER (PARTITION BY source, collection ORDER BY run DESC) = 1
ORDER BY source_type, source, collection
