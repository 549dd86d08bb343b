-- reports/skip.sql: put a question off behind all others.
-- reads: skips
-- writes: skips
-- params: collection, item
-- grain: one question
INSERT INTO skips (
    collection,
    item,
    place
)
SELECT
    $collection,
    $item,
    coalesce(max(place), 0) + 1
FROM skips
