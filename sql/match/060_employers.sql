-- match/060_employers.sql: the organizations that people refer to, each with its cluster.
-- reads: refs, records, clusters
-- writes: nothing
-- params:
-- grain: one record of an organization that one person refers to, in the order of people and organizations
--
-- Records of one auto cluster are one organization; any other record is one by itself, named by its own key.
SELECT
    refs.rid,
    CASE WHEN clusters.tier = 'auto' THEN clusters.cluster_id ELSE target.key END AS organization
FROM (
    SELECT DISTINCT
        rid,
        target_rid
    FROM refs
    WHERE collection = 'people'
        AND target_collection = 'organizations'
        AND target_rid IS NOT NULL
) AS refs
JOIN records AS target ON target.rid = refs.target_rid
LEFT JOIN clusters ON clusters.rid = target.rid AND clusters.collection = 'organizations'
ORDER BY refs.rid, organization
