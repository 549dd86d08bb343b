-- merge/plan_bonds_gather.sql: the edges inside the clusters of plan_members
-- reads: plan_members, edges
-- writes: plan_bonds
-- params: collection
-- grain: one edge inside one cluster
INSERT INTO plan_bonds
SELECT
    a.place,
    e.key_a,
    e.key_b,
    e.kind,
    e.probability
FROM edges e
JOIN plan_members a ON a.rid = e.rid_a AND NOT a.loose
JOIN plan_members b ON b.rid = e.rid_b AND NOT b.loose AND b.place = a.place
WHERE e.collection = $collection
ORDER BY
    a.place,
    e.key_a,
    e.key_b,
    e.kind,
    e.probability
