-- merge/field_decisions.sql: what people decided on survivors and fields, the latest last
-- reads: field_decisions
-- writes: nothing
-- params:
-- grain: one record and field
SELECT
    collection,
    provider,
    realm,
    id,
    field
FROM field_decisions
WHERE withdrawn_at IS NULL
QUALIFY row_number() OVER (PARTITION BY collection, provider, realm, id, field ORDER BY decided_at DESC) = 1
ORDER BY
    decided_at,
    collection,
    field,
    provider,
    realm,
    id
