-- merge/plan_hub_extracted.sql: the collections whose records in the hub an extraction has read to its end
-- reads: extractions
-- writes: nothing
-- params:
-- grain: one collection
SELECT DISTINCT collection
FROM extractions
WHERE source_type = 'connec'
    AND status IN ('complete', 'in_doubt')
ORDER BY collection
