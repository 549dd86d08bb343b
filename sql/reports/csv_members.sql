-- reports/csv_members.sql: every record that took part in matching and the cluster it is in, for members.csv
-- reads: clusters, records, member_ids, operations
-- writes: nothing
-- params:
-- grain: one record
--
-- The role comes from the plan: the target of a consolidation is the survivor. Keys and IDs name records, never rid.
WITH survivors AS (
    SELECT DISTINCT
        collection,
        cluster_id,
        target_key AS key
    FROM operations
    WHERE type = 'consolidate'
)
SELECT
    r.collection,
    c.cluster_id,
    c.tier,
    c.review_id,
    r.key,
    r.source,
    r.hub,
    CASE WHEN r.hub AND s.key IS NOT NULL THEN 'survivor' END AS role,
    coalesce(i.external_ids, '') AS external_ids,
    coalesce(nullif(r.name, ''), nullif(trim(concat_ws(' ', r.first_name, r.last_name)), '')) AS name,
    r.birth_date,
    array_to_string(r.emails, ' ') AS emails,
    array_to_string(list_concat(list_concat(r.mobiles, r.landlines), r.work_phones), '; ') AS phones,
    r.reference,
    r.status
FROM clusters c
JOIN records r ON r.rid = c.rid
LEFT JOIN member_ids i ON i.rid = c.rid
LEFT JOIN survivors s ON s.collection = r.collection AND s.cluster_id = c.cluster_id AND s.key = r.key
ORDER BY r.collection, c.cluster_id, r.key, r.source
