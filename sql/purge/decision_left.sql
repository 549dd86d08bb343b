-- purge/decision_left.sql: name the left record of decisions by its ID again, in the place of a digest.
-- reads: nothing
-- writes: decisions
-- params: collection, new, old
-- grain: one decision
UPDATE decisions
SET left_key = $new
WHERE collection = $collection AND left_key = $old
