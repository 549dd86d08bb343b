-- reports/cards_places.sql: places the records of every review item and cluster of two or more, or of one of them, for as long as the connection lasts
-- reads: clusters, records
-- writes: the temporary table card_places
-- params: collection, item
-- grain: one record
--
-- One card of the page is one review_id, so that a cluster is seen beside those it might belong to. Items and places are
-- numbers in the order of the page: what else belongs to a card is found and sorted by them, not by names.
CREATE TEMP TABLE card_places AS
WITH several AS (
    SELECT
        collection,
        review_id
    FROM clusters
    WHERE $item = '' OR (collection = $collection AND review_id = $item)
    GROUP BY
        collection,
        review_id
    HAVING count(*) > 1
)
SELECT
    c.rid,
    dense_rank() OVER (ORDER BY c.collection, c.review_id) AS item,
    row_number() OVER (ORDER BY c.collection, c.review_id, c.cluster_id, r.hub DESC, c.key, r.source) AS place
FROM clusters c
SEMI JOIN several s ON s.collection = c.collection AND s.review_id = c.review_id
JOIN records r ON r.rid = c.rid
