-- merge/plan_record.sql: record the plan
-- reads: nothing
-- writes: plans
-- params: plan_id, path, header, operations, withheld, review_items
-- grain: one plan
INSERT INTO plans
VALUES ($plan_id, $path, $header, $operations, $withheld, $review_items)
