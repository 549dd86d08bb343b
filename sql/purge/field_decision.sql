-- purge/field_decision.sql: name the record of decisions on fields by its ID again, in the place of a digest.
-- reads: nothing
-- writes: field_decisions
-- params: collection, id, old, provider, realm
-- grain: one decision on a field
UPDATE field_decisions
SET provider = $provider, realm = $realm, id = $id
WHERE collection = $collection AND provider = '' AND id = $old
