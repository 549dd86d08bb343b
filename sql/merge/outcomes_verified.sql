-- merge/outcomes_verified.sql: verify has read back every operation that was written
-- reads: outcomes
-- writes: outcomes
-- params: plan
-- grain: one operation that is ok or done
--
-- Differences are few: they are noted one by one afterwards, by outcomes_difference.sql.
UPDATE outcomes
SET
    verified = TRUE,
    difference = NULL
WHERE plan_id = $plan AND outcome IN ('ok', 'done');
