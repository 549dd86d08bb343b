-- reports/decide_field.sql: keep one decision of a person on a survivor or a field.
-- reads: nothing
-- writes: field_decisions
-- params: act, at, collection, field, id, provider, realm, who, why
-- grain: one decision; a later one on the same field takes the place of an earlier one when it is read
INSERT INTO field_decisions (
    collection,
    provider,
    realm,
    id,
    field,
    who,
    decided_at,
    why,
    act
)
VALUES (
    $collection,
    $provider,
    $realm,
    $id,
    $field,
    $who,
    $at,
    $why,
    $act
)
