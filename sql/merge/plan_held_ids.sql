-- merge/plan_held_ids.sql: the external IDs that hub records bear, for the references of records to be created
-- reads: external_ids, records
-- writes: nothing
-- params: collection
-- grain: one external ID
SELECT DISTINCT
    e.provider,
    e.realm,
    e.id
FROM external_ids e
JOIN records r USING (rid)
WHERE e.collection = $collection AND r.hub AND e.provider <> 'connec'
