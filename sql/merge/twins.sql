-- merge/twins.sql: finds whom first syncs would create twice, for as long as the connection lasts: forecast and the report read it
-- reads: application_ids, clusters, item_clusters, records
-- writes: temporary tables twins and twin_*, and the temporary view application_ids, which stands before the workspace's
-- params:
-- grain: twins has one active hub record and one application (provider and realm) that does not know it, but holds a
-- record of the same thing, or would be given one
--
-- An application knows a hub record by an ID of its own; what it does not know it creates. It holds a twin when any
-- record of the cluster (tier auto) or of the wider review cluster (tier review) bears a living ID of its own. Where it
-- holds none and the hub holds the thing several times, it is given the first, and every further one is a copy.
-- Applications, keys and IDs are numbered, the latter two in the order of their texts, so that the work is on numbers.
CREATE TEMP TABLE twin_known AS
FROM main.application_ids;

CREATE TEMP TABLE twin_applications AS
SELECT
    collection,
    provider,
    realm,
    row_number() OVER () AS app
FROM (SELECT DISTINCT collection, provider, realm FROM twin_known WHERE NOT void);

-- The others stand alone: nothing is their twin.
CREATE TEMP TABLE twin_members AS
WITH joined AS (
    SELECT c.rid
    FROM clusters c
    JOIN item_clusters u USING (collection, cluster_id)
    UNION
    SELECT rid
    FROM twin_known
    WHERE told AND NOT void
)
SELECT
    c.rid,
    if(c.tier IN ('auto', 'single'), dense_rank() OVER (ORDER BY c.collection, c.cluster_id), NULL) AS auto_group,
    dense_rank() OVER (ORDER BY c.collection, c.review_id) AS review_group
FROM clusters c
SEMI JOIN joined j USING (rid);

CREATE TEMP TABLE twin_places AS                   -- of the IDs of these alone
SELECT
    id_key,
    row_number() OVER (ORDER BY id_key) AS id_place
FROM (SELECT DISTINCT id_key FROM twin_known SEMI JOIN twin_members USING (rid));

CREATE TEMP TABLE twin_ids AS
SELECT
    k.*,
    p.app,
    l.id_place
FROM twin_known k
LEFT JOIN twin_applications p ON p.collection = k.collection AND p.provider = k.provider AND p.realm = k.realm AND NOT k.void
LEFT JOIN twin_places l ON l.id_key = k.id_key;

DROP TABLE twin_known;
DROP TABLE twin_places;

CREATE TEMP VIEW application_ids AS
SELECT * EXCLUDE (app, id_place)
FROM twin_ids;

CREATE TEMP TABLE twin_hubs AS
SELECT
    collection,
    key,
    min(rid) AS rid,
    count(*) > 1 AS several,
    bool_or(coalesce(upper(status), '') NOT IN ('INACTIVE', 'ARCHIVED')) AS active,
    row_number() OVER (ORDER BY collection, key) AS place
FROM records
WHERE hub
GROUP BY
    collection,
    key;

CREATE TEMP TABLE twin_hub_records AS              -- those of several that bear one key
SELECT
    r.rid,
    h.place,
    h.rid AS first_rid
FROM records r
JOIN twin_hubs h USING (collection, key)
WHERE r.hub AND h.several;

CREATE TEMP TABLE twin_lacking AS
WITH known AS (
    SELECT
        coalesce(a.first_rid, i.rid) AS rid,
        i.app
    FROM twin_ids i
    LEFT JOIN twin_hub_records a USING (rid)
    WHERE NOT i.told AND NOT i.void
)
SELECT
    p.app,
    h.place,
    h.rid,
    m.auto_group,
    m.review_group
FROM twin_hubs h
JOIN twin_members m USING (rid)
JOIN twin_applications p USING (collection)
ANTI JOIN known k ON k.rid = h.rid AND k.app = p.app
WHERE h.active;

CREATE TEMP TABLE twin_living AS
SELECT
    i.app,
    i.id_place,
    m.auto_group,
    m.review_group
FROM twin_ids i
JOIN twin_members m USING (rid)
WHERE NOT i.dead AND NOT i.void;

CREATE TEMP TABLE twins AS
WITH placed AS (
    SELECT
        l.app,
        l.place,
        l.rid,
        a.id_place AS auto_id,
        b.place AS auto_first,
        c.id_place AS review_id,
        d.place AS review_first,
        coalesce(a.id_place IS NOT NULL OR l.place <> b.place, false) AS sure
    FROM twin_lacking l
    LEFT JOIN (SELECT app, auto_group, min(id_place) AS id_place FROM twin_living WHERE auto_group IS NOT NULL GROUP BY ALL) a USING (app, auto_group)
    LEFT JOIN (SELECT app, auto_group, min(place) AS place FROM twin_lacking WHERE auto_group IS NOT NULL GROUP BY ALL) b USING (app, auto_group)
    LEFT JOIN (SELECT app, review_group, min(id_place) AS id_place FROM twin_living GROUP BY ALL) c USING (app, review_group)
    LEFT JOIN (SELECT app, review_group, min(place) AS place FROM twin_lacking GROUP BY ALL) d USING (app, review_group)
),
judged AS (
    SELECT
        *,
        if(sure, auto_id, review_id) AS id_place
    FROM placed
    WHERE sure OR review_id IS NOT NULL OR place <> review_first
)
SELECT
    app,
    place,
    rid,
    if(sure, 'auto', 'review') AS tier,
    id_place,                                      -- of the twin; NULL of a copy, which has the first's place instead
    if(id_place IS NULL, if(sure, auto_first, review_first), NULL) AS first_place
FROM judged;

DROP TABLE twin_living;
DROP TABLE twin_lacking;
DROP TABLE twin_members;
