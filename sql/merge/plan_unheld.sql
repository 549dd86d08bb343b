-- merge/plan_unheld.sql: hub records that duplicates refer to and that are not among those extracted of their collection
-- reads: plan_raws, refs, records
-- writes: nothing
-- params:
-- grain: one hub record that is not there
--
-- A collection of which nothing was extracted tells nothing of its records, and is left out.
SELECT DISTINCT
    f.target_collection AS collection,
    f.id
FROM plan_raws w
JOIN refs f USING (rid)
SEMI JOIN records known ON known.collection = f.target_collection AND known.hub
ANTI JOIN records r ON r.collection = f.target_collection AND r.hub AND r.id = f.id
WHERE NOT w.loose AND f.provider = 'connec' AND NOT contains(f.path, '/')
