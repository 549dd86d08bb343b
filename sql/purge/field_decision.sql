-- purge/field_decision.sql: name the record of decisions on fields by another key; a digest has neither provider nor realm.
-- reads: nothing
-- writes: field_decisions
-- params: collection, id, old, provider, realm
-- grain: one decision on a field
UPDATE field_decisions
SET provider = $provider, realm = $realm, id = $id
WHERE collection = $collection AND CASE WHEN provider = '' THEN id ELSE id_text(provider, realm, id) END = $old
