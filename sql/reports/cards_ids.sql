-- reports/cards_ids.sql: the applications' IDs of the records of each item
-- reads: card_places, external_ids
-- writes: nothing
-- params:
-- grain: one ID of one record
SELECT
    p.item,
    p.place,
    id_text(e.provider, e.realm, e.id) AS id
FROM card_places p
JOIN external_ids e ON e.rid = p.rid
WHERE e.provider <> 'connec'
ORDER BY p.place, e.provider, e.realm, e.id
