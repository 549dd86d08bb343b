-- reports/cards_extent.sql: how many items there are
-- reads: card_places
-- writes: nothing
-- params:
-- grain: one number
SELECT coalesce(max(item), 0)
FROM card_places
