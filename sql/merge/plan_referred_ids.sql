-- merge/plan_referred_ids.sql: the IDs by which applications' records refer to one collection, for records to be created
-- reads: refs, records, application_ids
-- writes: nothing
-- params: collection
-- grain: one external ID
--
-- A void ID is left out: a reference by it would mean any of the records that bear it.
WITH asked AS (
    SELECT DISTINCT
        f.provider,
        f.realm,
        f.id
    FROM refs f
    JOIN records r USING (rid)
    WHERE f.target_collection = $collection AND f.provider <> 'connec' AND NOT r.hub AND NOT names_nothing(f.id)
),
borne AS (
    SELECT
        i.provider,
        i.realm,
        i.id,
        bool_or(r.hub) AS held,
        bool_or(i.void) AS void
    FROM application_ids i
    JOIN records r USING (rid)
    WHERE i.collection = $collection AND NOT i.told
    GROUP BY
        i.provider,
        i.realm,
        i.id
)
SELECT
    a.provider,
    a.realm,
    a.id,
    coalesce(b.held, false) AS held
FROM asked a
LEFT JOIN borne b USING (provider, realm, id)
WHERE NOT coalesce(b.void, false)
