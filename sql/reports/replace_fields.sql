-- reports/replace_fields.sql: let one of the decisions on survivors and fields stand no more, because an answer takes its place.
-- reads: nothing
-- writes: field_decisions
-- params: at, collection, field, id, provider, realm
-- grain: one decision, marked with the time of the answer
UPDATE field_decisions
SET withdrawn_at = $at
WHERE collection = $collection AND provider = $provider AND realm = $realm AND id = $id AND field = $field AND withdrawn_at IS NULL
