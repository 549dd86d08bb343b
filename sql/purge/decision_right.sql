-- purge/decision_right.sql: name the right record of decisions by its ID again, in the place of a digest.
-- reads: nothing
-- writes: decisions
-- params: collection, new, old
-- grain: one decision
UPDATE decisions
SET right_key = $new
WHERE collection = $collection AND right_key = $old
