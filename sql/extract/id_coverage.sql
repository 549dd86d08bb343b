-- extract/id_coverage.sql: how many records that one application knows another knows too, and whose IDs stand on several
-- reads: external_ids, records
-- writes: id_coverage
-- params:
-- grain: one ordered pair of applications (provider and realm) of one collection of one source; an application with itself
--
-- The hub's own IDs are left out: every record of the hub bears one. An ID on more than one record of one source is a
-- duplicate there, or no identity at all.
INSERT INTO id_coverage
WITH held AS (
    SELECT
        r.source,
        e.collection,
        e.provider,
        e.realm,
        e.id,
        e.rid
    FROM external_ids e
    JOIN records r ON r.rid = e.rid
    WHERE e.provider <> 'connec'
),
knows AS (
    SELECT DISTINCT
        source,
        collection,
        provider,
        realm,
        rid
    FROM held
),
carried AS (
    SELECT
        source,
        collection,
        provider,
        realm,
        id,
        count(*) AS carriers
    FROM held
    GROUP BY ALL
),
shared AS (
    SELECT
        source,
        collection,
        provider,
        realm,
        count(*) FILTER (carriers > 1) AS ids_shared,
        max(carriers) AS most,
        min_by(id, (-carriers, id)) FILTER (carriers > 1) AS most_shared
    FROM carried
    GROUP BY ALL
)
SELECT
    a.source,
    a.collection,
    a.provider,
    a.realm,
    b.provider AS other_provider,
    b.realm AS other_realm,
    count(*) AS both_know,
    any_value(s.ids_shared) AS ids_shared,
    any_value(s.most) AS most_records,
    any_value(s.most_shared) AS most_shared
FROM knows a
JOIN knows b ON b.rid = a.rid
JOIN shared s ON s.source = a.source AND s.collection = a.collection AND s.provider = a.provider AND s.realm = a.realm
GROUP BY
    a.source,
    a.collection,
    a.provider,
    a.realm,
    b.provider,
    b.realm
