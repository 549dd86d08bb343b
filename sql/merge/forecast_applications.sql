-- merge/forecast_applications.sql: what each application's first sync would create in it
-- reads: twins, twin_applications, twin_hubs, twin_hub_records, twin_ids
-- writes: nothing
-- params:
-- grain: one collection and one application (provider and realm) that any record bears an ID of
--
-- merge/twins.sql makes the twins. hub_records = known + would_create; twins + copies + review_twins <= would_create.
WITH totals AS (
    SELECT
        collection,
        count(*) AS hub_records
    FROM twin_hubs
    WHERE active
    GROUP BY collection
),
known AS (
    SELECT
        i.app,
        count(DISTINCT h.place) AS known
    FROM (
        SELECT
            t.app,
            coalesce(a.first_rid, t.rid) AS rid
        FROM twin_ids t
        LEFT JOIN twin_hub_records a USING (rid)
        WHERE NOT t.told AND NOT t.void
    ) i
    JOIN twin_hubs h USING (rid)
    WHERE h.active
    GROUP BY i.app
),
twin_counts AS (
    SELECT
        app,
        count(*) FILTER (tier = 'auto' AND id_place IS NOT NULL) AS twins,
        count(*) FILTER (tier = 'auto' AND id_place IS NULL) AS copies,
        count(*) FILTER (tier = 'review') AS review_twins
    FROM twins
    GROUP BY app
)
SELECT
    p.collection,
    p.provider,
    p.realm,
    coalesce(t.hub_records, 0) AS hub_records,
    coalesce(k.known, 0) AS known,
    coalesce(t.hub_records, 0) - coalesce(k.known, 0) AS would_create,
    coalesce(w.twins, 0) AS twins,
    coalesce(w.review_twins, 0) AS review_twins,
    coalesce(w.copies, 0) AS copies
FROM twin_applications p
LEFT JOIN totals t USING (collection)
LEFT JOIN known k USING (app)
LEFT JOIN twin_counts w USING (app)
ORDER BY
    p.collection,
    p.provider,
    p.realm
