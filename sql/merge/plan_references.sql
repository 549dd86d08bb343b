-- merge/plan_references.sql: the references of a stretch of the records that refer
-- reads: plan_references
-- writes: nothing
-- params: first, last
-- grain: one reference field of one hub record
SELECT
    collection,
    key,
    path,
    target_key,
    coalesce(status, '') AS status,
    coalesce(raw, '') AS raw
FROM plan_references
WHERE place BETWEEN $first AND $last
ORDER BY
    place,
    path
