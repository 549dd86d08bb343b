-- merge/forecast_records.sql: hub records that an application's first sync would create in it a second time
-- reads: twins, twin_applications, twin_hubs, twin_hub_records, twin_ids, edges
-- writes: nothing
-- params:
-- grain: one active hub record and one application (provider and realm) that does not know it, but its twin
--
-- merge/twins.sql makes the twins. The probability is that of the pair itself, of all records that bear the twin's ID or key
-- the greatest; NULL when others of the cluster join the two.
WITH bearers AS (
    SELECT
        t.app,
        t.place,
        t.rid,
        i.rid AS other
    FROM twins t
    JOIN twin_ids i ON i.app = t.app AND i.id_place = t.id_place
    UNION ALL
    SELECT
        t.app,
        t.place,
        t.rid,
        coalesce(r.rid, f.rid) AS other
    FROM twins t
    JOIN twin_hubs f ON f.place = t.first_place
    LEFT JOIN twin_hub_records r ON r.place = f.place
),
bonds AS (
    SELECT
        least(rid_a, rid_b) AS one,
        greatest(rid_a, rid_b) AS other,
        max(if(kind = 'fuzzy', probability, 1.0)) AS probability
    FROM edges
    GROUP BY ALL
),
joined AS (
    SELECT
        b.app,
        b.place,
        max(e.probability) AS probability
    FROM (SELECT app, place, least(rid, other) AS one, greatest(rid, other) AS other FROM bearers) b
    JOIN bonds e USING (one, other)
    GROUP BY ALL
),
names AS (
    SELECT DISTINCT
        id_place,
        id_key
    FROM twin_ids
    SEMI JOIN twins USING (id_place)
)
SELECT
    p.collection,
    p.provider,
    p.realm,
    h.key AS hub_key,
    coalesce(n.id_key, f.key) AS twin_key,
    t.tier,
    t.id_place IS NULL AS copied,
    j.probability
FROM twins t
JOIN twin_applications p USING (app)
JOIN twin_hubs h USING (place)
LEFT JOIN names n USING (id_place)
LEFT JOIN twin_hubs f ON f.place = t.first_place
LEFT JOIN joined j ON j.app = t.app AND j.place = t.place
ORDER BY
    p.collection,
    p.provider,
    p.realm,
    t.tier,
    t.place
