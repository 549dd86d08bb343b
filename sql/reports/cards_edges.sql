-- reports/cards_edges.sql: kept pairs inside each item, strongest first
-- reads: card_places, edges
-- writes: nothing
-- params:
-- grain: one kept pair
SELECT
    a.item,
    a.place AS place_a,
    b.place AS place_b,
    e.kind,
    e.via,
    e.weight,
    e.probability,
    e.levels,
    e.tf
FROM edges e
JOIN card_places a ON a.rid = e.rid_a
JOIN card_places b ON b.rid = e.rid_b AND b.item = a.item
ORDER BY a.item, e.kind = 'fuzzy', e.weight DESC NULLS LAST, e.key_a, e.key_b, e.kind, e.via
