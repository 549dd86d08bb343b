-- merge/field_decision_keep.sql: keep one decision of a person on a field, if the workspace holds the record that it names
-- reads: external_ids
-- writes: field_decisions
-- params: at, collection, field, id, provider, realm, who, why
-- grain: one decision, or none
INSERT INTO field_decisions
SELECT
    $collection AS collection,
    $provider AS provider,
    $realm AS realm,
    $id AS id,
    $field AS field,
    $who AS who,
    $at AS decided_at,
    $why AS why
WHERE EXISTS (
    SELECT 1
    FROM external_ids e
    WHERE e.collection = $collection AND e.provider = $provider AND e.realm = $realm AND e.id = $id
)
