-- match/003_inputs.sql: the fingerprint of all rows that matching reads of one collection, whatever their order.
-- reads: records, external_ids, refs, links, decisions, incomplete_sources, clusters, stages
-- writes: nothing
-- params: collection
-- grain: one kind of rows
--
-- Each row's hash is summed, and once more with something before it, so that the sums have 128 bits: a sum knows no order,
-- and needs no sort. A record's fields are in its content hash. People are matched by the clusters of the organizations
-- that they refer to. The digest of the extraction is among them, since a match of another one is stale.
WITH employers AS (
    SELECT
        refs.rid,
        target.key,
        clusters.cluster_id,
        clusters.tier
    FROM refs
    JOIN records AS target ON target.rid = refs.target_rid
    LEFT JOIN clusters ON clusters.rid = target.rid AND clusters.collection = 'organizations'
    WHERE refs.collection = $collection
        AND refs.target_collection = 'organizations'
)

SELECT
    'records' AS kind,
    count(*) AS held,
    coalesce(CAST(sum(hash(rid, source, provider, realm, id, key, hub, channel_id, created_at, content_hash)) AS VARCHAR), '') AS one,
    coalesce(CAST(sum(hash('2', rid, source, provider, realm, id, key, hub, channel_id, created_at, content_hash)) AS VARCHAR), '') AS two
FROM records
WHERE collection = $collection

UNION ALL

SELECT
    'ids' AS kind,
    count(*) AS held,
    coalesce(CAST(sum(hash(rid, provider, realm, id)) AS VARCHAR), '') AS one,
    coalesce(CAST(sum(hash('2', rid, provider, realm, id)) AS VARCHAR), '') AS two
FROM external_ids
WHERE collection = $collection

UNION ALL

SELECT
    'employers' AS kind,
    count(*) AS held,
    coalesce(CAST(sum(hash(rid, key, cluster_id, tier)) AS VARCHAR), '') AS one,
    coalesce(CAST(sum(hash('2', rid, key, cluster_id, tier)) AS VARCHAR), '') AS two
FROM employers

UNION ALL

SELECT
    'links' AS kind,
    count(*) AS held,
    coalesce(CAST(sum(hash(source, line, left_provider, left_realm, left_id, right_provider, right_realm, right_id)) AS VARCHAR), '') AS one,
    coalesce(CAST(sum(hash('2', source, line, left_provider, left_realm, left_id, right_provider, right_realm, right_id)) AS VARCHAR), '') AS two
FROM links
WHERE collection = $collection

UNION ALL

SELECT
    'decisions' AS kind,
    count(*) AS held,
    coalesce(CAST(sum(hash(left_key, right_key, judgement, decided_at, withdrawn_at)) AS VARCHAR), '') AS one,
    coalesce(CAST(sum(hash('2', left_key, right_key, judgement, decided_at, withdrawn_at)) AS VARCHAR), '') AS two
FROM decisions
WHERE collection = $collection

UNION ALL

SELECT
    'rejected' AS kind,
    count(*) AS held,
    coalesce(string_agg(source, '/' ORDER BY source), '') AS one,
    '' AS two
FROM incomplete_sources
WHERE collection = $collection

UNION ALL

SELECT
    'extract' AS kind,
    count(*) AS held,
    coalesce(any_value(digest), '') AS one,
    '' AS two
FROM stages
WHERE stage = 'extract'
    AND collection = $collection

ORDER BY kind
