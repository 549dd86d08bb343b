-- reports/fix_in_app.sql: finds the probable duplicates inside one application, for as long as the connection lasts
-- reads: clusters, application_ids, external_ids, records, conflicts, links
-- writes: the temporary table fix_in_app
-- params:
-- grain: one ID that an application should merge into another ID of its own
--
-- Two IDs of one provider and realm that stand in one review item, or on the two sides of a refused union, are one
-- thing twice in that application, which alone can mend it. Kept is the ID that applications link natively (in an
-- echo that is the original, and what no link names is the copy that the sync made), then the one that most hub
-- records bear, then the older, then the smaller number. An echo concerns every application of its records, not only
-- the one that the conflict names. IDs that are dead or void (see application_ids) do not count.
CREATE TEMP TABLE fix_in_app AS
WITH slipped AS (
    SELECT DISTINCT
        provider AS source
    FROM conflicts
    WHERE kind = 'link_source_off' AND provider IS NOT NULL
),
natives AS (
    SELECT
        collection,
        left_provider AS provider,
        left_realm AS realm,
        left_id AS id
    FROM links
    ANTI JOIN slipped USING (source)
    UNION
    SELECT
        collection,
        right_provider AS provider,
        right_realm AS realm,
        right_id AS id
    FROM links
    ANTI JOIN slipped USING (source)
    UNION
    SELECT
        e.collection,
        e.provider,
        e.realm,
        e.id
    FROM external_ids e
    JOIN records r ON r.rid = e.rid AND NOT r.hub
    SEMI JOIN (SELECT rid FROM external_ids WHERE provider <> 'connec' GROUP BY rid HAVING count(DISTINCT (provider, realm)) > 1) several
        ON several.rid = e.rid
),
sides AS (
    SELECT
        x.collection,
        x.provider,
        x.realm,
        x.kind,
        coalesce(x.cluster_id, a.cluster_id) AS left_cluster,
        coalesce(x.other_cluster_id, b.cluster_id, x.cluster_id) AS right_cluster
    FROM conflicts x
    LEFT JOIN clusters a ON a.collection = x.collection AND a.key = x.key_a
    LEFT JOIN clusters b ON b.collection = x.collection AND b.key = x.key_b
    WHERE x.kind IN ('cannot_link', 'echo')
),
flanks AS (                                       -- one row a side: a join on either of two columns would try all pairs
    SELECT DISTINCT
        collection,
        provider,
        realm,
        kind,
        left_cluster,
        right_cluster,
        unnest([left_cluster, right_cluster]) AS cluster_id
    FROM sides
),
several AS (                                      -- review items that bear two IDs of one application
    SELECT DISTINCT
        c.collection,
        c.review_id
    FROM application_ids e
    JOIN clusters c ON c.rid = e.rid AND c.collection = e.collection
    WHERE NOT e.told AND NOT e.void AND NOT e.dead
    GROUP BY
        c.collection,
        c.review_id,
        e.provider,
        e.realm
    HAVING min(e.id) <> max(e.id)
),
concerned AS (
    SELECT c.*
    FROM clusters c
    SEMI JOIN several s USING (collection, review_id)
    UNION
    SELECT c.*
    FROM clusters c
    SEMI JOIN flanks f USING (collection, cluster_id)
),
live AS (
    SELECT
        e.collection,
        e.provider,
        e.realm,
        e.id,
        c.cluster_id,
        c.review_id,
        count(DISTINCT e.rid) FILTER (r.hub) AS carriers,
        bool_or(n.id IS NOT NULL) AS native,
        min(coalesce(r.created_at, TIMESTAMP '9999-12-31')) AS first_seen,
        min_by(
            coalesce(nullif(r.name, ''), trim(concat_ws(' ', r.first_name, r.last_name)), ''),
            (r.hub, r.key)) AS name
    FROM application_ids e
    JOIN concerned c ON c.rid = e.rid AND c.collection = e.collection
    JOIN records r ON r.rid = e.rid
    LEFT JOIN natives n ON n.collection = e.collection AND n.provider = e.provider AND n.realm = e.realm AND n.id = e.id
    WHERE NOT e.told AND NOT e.void AND NOT e.dead
    GROUP BY ALL
),
together AS (
    SELECT
        l.collection,
        l.provider,
        l.realm,
        l.review_id AS item,
        'same_review_item' AS why,
        2 AS rank,
        l.id,
        l.native,
        l.carriers,
        l.first_seen,
        l.name
    FROM live l
    UNION ALL
    SELECT
        l.collection,
        l.provider,
        l.realm,
        least(s.left_cluster, s.right_cluster)
            || CASE WHEN s.left_cluster <> s.right_cluster THEN ' ' || greatest(s.left_cluster, s.right_cluster) ELSE '' END AS item,
        'refused_' || s.kind AS why,
        1 AS rank,
        l.id,
        l.native,
        l.carriers,
        l.first_seen,
        l.name
    FROM flanks s
    JOIN live l ON l.collection = s.collection AND l.cluster_id = s.cluster_id
    WHERE s.kind = 'echo' OR s.provider IS NULL OR (s.provider = l.provider AND (s.realm IS NULL OR s.realm = l.realm))
),
merged AS (
    SELECT
        collection,
        provider,
        realm,
        item,
        why,
        rank,
        id,
        bool_or(native) AS native,
        sum(carriers) AS carriers,
        min(first_seen) AS first_seen,
        min(name) AS name
    FROM together
    GROUP BY ALL
),
placed AS (
    SELECT
        *,
        first_value(id) OVER kept AS keep_id,
        first_value(name) OVER kept AS keep_name,
        row_number() OVER kept AS place
    FROM merged
    WINDOW kept AS (
        PARTITION BY collection, provider, realm, item, why
        ORDER BY native DESC, carriers DESC, first_seen, try_cast(id AS HUGEINT) NULLS LAST, length(id), id)
)
SELECT
    collection,
    provider,
    realm,
    keep_id,
    id AS merge_id,
    min_by(keep_name, (rank, item)) AS keep_name,
    min_by(name, (rank, item)) AS merge_name,
    min_by(why, (rank, item)) AS why,
    min_by(item, (rank, item)) AS item
FROM placed
WHERE place > 1
GROUP BY collection, provider, realm, keep_id, merge_id
