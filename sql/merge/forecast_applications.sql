-- merge/forecast_applications.sql: what each application's first sync would create in it
-- reads: records, application_ids, sync_twins
-- writes: nothing
-- params:
-- grain: one collection and one application (provider and realm) that any record bears an ID of
--
-- hub_records = known + would_create; twins + copies + review_twins <= would_create.
WITH active AS (
    SELECT
        collection,
        key
    FROM records
    WHERE hub
    GROUP BY
        collection,
        key
    HAVING bool_or(coalesce(upper(status), '') NOT IN ('INACTIVE', 'ARCHIVED'))
),
totals AS (
    SELECT
        collection,
        count(*) AS hub_records
    FROM active
    GROUP BY collection
),
applications AS (
    SELECT
        i.collection,
        i.provider,
        i.realm,
        count(DISTINCT a.key) FILTER (r.hub AND NOT i.told) AS known
    FROM application_ids i
    JOIN records r USING (rid)
    LEFT JOIN active a ON a.collection = r.collection AND a.key = r.key
    WHERE NOT i.void
    GROUP BY
        i.collection,
        i.provider,
        i.realm
),
twin_counts AS (
    SELECT
        collection,
        provider,
        realm,
        count(*) FILTER (tier = 'auto' AND NOT copied) AS twins,
        count(*) FILTER (tier = 'auto' AND copied) AS copies,
        count(*) FILTER (tier = 'review') AS review_twins
    FROM sync_twins
    GROUP BY
        collection,
        provider,
        realm
)
SELECT
    p.collection,
    p.provider,
    p.realm,
    coalesce(t.hub_records, 0) AS hub_records,
    p.known,
    coalesce(t.hub_records, 0) - p.known AS would_create,
    coalesce(w.twins, 0) AS twins,
    coalesce(w.review_twins, 0) AS review_twins,
    coalesce(w.copies, 0) AS copies
FROM applications p
LEFT JOIN totals t USING (collection)
LEFT JOIN twin_counts w USING (collection, provider, realm)
ORDER BY
    p.collection,
    p.provider,
    p.realm
