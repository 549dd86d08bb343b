-- reports/skip_forget.sql: put a question off no longer.
-- reads: nothing
-- writes: skips
-- params: collection, item
-- grain: one question
DELETE FROM skips
WHERE collection = $collection AND item = $item
