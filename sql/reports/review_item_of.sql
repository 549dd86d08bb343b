-- reports/review_item_of.sql: the review item that has this ID, or that one of its clusters has.
-- reads: clusters
-- writes: nothing
-- params: collection, item
-- grain: one row, or none
SELECT review_id
FROM clusters
WHERE collection = $collection AND (review_id = $item OR cluster_id = $item)
LIMIT 1
