-- purge/sample_key.sql: name a record of audited clusters by its ID again, in the place of a digest.
-- reads: nothing
-- writes: samples
-- params: collection, new, old
-- grain: one record of one drawn cluster
UPDATE samples
SET key = $new
WHERE collection = $collection AND key = $old
