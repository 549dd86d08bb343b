-- match/060_employers.sql: the organizations that people refer to, each with its cluster.
-- reads: refs, records, clusters
-- writes: nothing
-- params:
-- grain: one organization of one person, in order
--
-- Records of one auto cluster are one organization; any other record is one by itself, named by its own key.
SELECT DISTINCT
    refs.rid,
    CASE WHEN clusters.tier = 'auto' THEN clusters.cluster_id ELSE target.key END AS organization
FROM refs
JOIN records AS target ON target.rid = refs.target_rid
LEFT JOIN clusters ON clusters.rid = target.rid AND clusters.collection = 'organizations'
WHERE refs.collection = 'people'
    AND refs.target_collection = 'organizations'
    AND refs.target_rid IS NOT NULL
ORDER BY refs.rid, organization
