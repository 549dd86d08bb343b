-- reports/cards_conflicts.sql: conflicts that concern a record or a cluster of an item
-- reads: card_places, clusters, conflicts
-- writes: nothing
-- params:
-- grain: one conflict of one item
WITH told AS (
    SELECT
        collection,
        unnest([cluster_id, other_cluster_id, key_a, key_b]) AS name,
        kind,
        detail
    FROM conflicts
),
placed AS (
    SELECT
        p.item,
        c.collection,
        c.cluster_id,
        c.key
    FROM card_places p
    JOIN clusters c ON c.rid = p.rid
)
SELECT
    p.item,
    t.kind,
    t.detail
FROM told t
JOIN placed p ON p.collection = t.collection AND p.cluster_id = t.name
UNION
SELECT
    p.item,
    t.kind,
    t.detail
FROM told t
JOIN placed p ON p.collection = t.collection AND p.key = t.name
ORDER BY item, kind, detail
