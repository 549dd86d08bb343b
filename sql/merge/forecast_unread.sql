-- merge/forecast_unread.sql: the collections of applications of which the hub was not read
-- reads: external_ids, records, extractions
-- writes: nothing
-- params:
-- grain: one collection
--
-- A hub that was read whole and holds nothing is read: a first sync brings nothing from it.
SELECT DISTINCT e.collection
FROM external_ids e
WHERE e.provider <> 'connec'
    AND e.collection NOT IN (
        SELECT collection
        FROM records
        WHERE hub AND coalesce(upper(status), '') NOT IN ('INACTIVE', 'ARCHIVED')
    )
    AND e.collection NOT IN (
        SELECT collection
        FROM extractions
        WHERE source_type = 'connec' AND status = 'complete'
    )
ORDER BY e.collection
