-- reports/cards_clear.sql: forgets the places of records, before another uses the connection
-- reads: nothing
-- writes: nothing; it drops card_places
-- params:
-- grain: nothing
DROP TABLE IF EXISTS temp.card_places
