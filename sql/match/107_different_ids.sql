-- match/107_different_ids.sql: the IDs of applications that both of two clusters carry, for telling where they differ.
-- reads: external_ids, clusters, conflicts, records
-- writes: nothing
-- params: collection, left_cluster, right_cluster, hub_provider
-- grain: one ID of one record
--
-- IDs that keep nothing apart are left out: the hub's own, and those found to be dead or a default value.
WITH carried AS (
    SELECT
        e.provider,
        e.realm,
        e.id,
        r.key,
        c.cluster_id = $left_cluster AS on_left
    FROM external_ids AS e
    JOIN clusters AS c ON c.rid = e.rid AND c.collection = e.collection
    JOIN records AS r ON r.rid = e.rid
    WHERE e.collection = $collection
        AND c.cluster_id IN ($left_cluster, $right_cluster)
        AND e.provider <> $hub_provider
),

unbelieved AS (
    SELECT key_a
    FROM conflicts
    WHERE collection = $collection
        AND kind IN ('dead_id', 'hub_value')
)

SELECT
    provider,
    realm,
    id,
    key,
    on_left
FROM carried
WHERE NOT EXISTS (
    SELECT 1
    FROM unbelieved
    WHERE unbelieved.key_a = replace(replace(carried.provider, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(carried.realm, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(carried.id, '%', '%25'), '/', '%2F')
)
ORDER BY
    provider,
    realm,
    on_left DESC,
    id,
    key
