-- merge/plan_held_ids.sql: the external IDs that hub records bear, for the references of records to be created
-- reads: external_ids, records, conflicts
-- writes: nothing
-- params: collection
-- grain: one external ID
--
-- An ID that is no identity (conflict hub_value) is left out: a reference by it would mean any of the records that bear it.
WITH hub_values AS (
    SELECT DISTINCT key_a AS id_key
    FROM conflicts
    WHERE collection = $collection AND kind = 'hub_value' AND key_a IS NOT NULL
)
SELECT DISTINCT
    e.provider,
    e.realm,
    e.id
FROM external_ids e
JOIN records r USING (rid)
ANTI JOIN hub_values v
    ON v.id_key = concat_ws('/', replace(replace(e.provider, '%', '%25'), '/', '%2F'),
                                 replace(replace(e.realm, '%', '%25'), '/', '%2F'),
                                 replace(replace(e.id, '%', '%25'), '/', '%2F'))
WHERE e.collection = $collection AND r.hub AND e.provider <> 'connec'
