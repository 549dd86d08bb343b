-- purge/keep.sql: what a purge keeps, in a new workspace that is attached as kept.
-- reads: extractions, records, cluster_stats, edges, conflicts, operations, outcomes, decisions, field_decisions, samples, places, purged, meta
-- writes: kept.extractions, kept.decisions, kept.field_decisions, kept.samples, kept.places, kept.purged, kept.meta
-- params:
-- grain: that of each table
--
-- Decisions and the samples of audits name records by digests from here on, which id_digest() makes of IDs: no ID is ever
-- written into the new file. What a person wrote beside a decision may name anybody, and goes; so do the words of a
-- verdict. The key of the stand-ins goes, so that what was told masked cannot be found out by it later.
INSERT INTO kept.extractions
SELECT * REPLACE (CAST(NULL AS VARCHAR) AS doubt, CAST(NULL AS VARCHAR) AS note)
FROM extractions
WHERE finished_at IS NOT NULL;

INSERT INTO kept.decisions
SELECT * REPLACE (id_digest(collection, left_key) AS left_key, id_digest(collection, right_key) AS right_key, '' AS why)
FROM decisions;

INSERT INTO kept.field_decisions
SELECT * REPLACE (
    '' AS provider,
    '' AS realm,
    id_digest(collection, CASE WHEN provider = '' THEN id ELSE id_text(provider, realm, id) END) AS id,
    '' AS why)
FROM field_decisions;

INSERT INTO kept.samples
SELECT * REPLACE (id_digest(collection, key) AS key)
FROM samples;

INSERT INTO kept.places
SELECT *
FROM places;

INSERT INTO kept.meta
SELECT *
FROM meta
WHERE name = 'id_key';

INSERT INTO kept.purged
SELECT *
FROM purged
UNION ALL
SELECT
    CAST(current_timestamp AS TIMESTAMP) AS purged_at,
    collection,
    what,
    name,
    n
FROM (
    SELECT collection, 'records' AS what, source AS name, count(*) AS n FROM records GROUP BY ALL
    UNION ALL
    SELECT collection, 'clusters', tier, count(*) FROM cluster_stats GROUP BY ALL
    UNION ALL
    SELECT collection, 'edges', kind, count(*) FROM edges GROUP BY ALL
    UNION ALL
    SELECT collection, 'conflicts', kind, count(*) FROM conflicts GROUP BY ALL
    UNION ALL
    SELECT collection, 'operations', type, count(*) FROM operations GROUP BY ALL
    UNION ALL
    SELECT o.collection, 'outcomes', u.outcome, count(*) FROM outcomes u JOIN operations o USING (plan_id, op_id) GROUP BY ALL
);

-- Detaching does that, too, but tells of no failure.
CHECKPOINT kept;
