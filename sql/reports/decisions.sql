-- reports/decisions.sql: what people have decided and what stands, as it is exported.
-- reads: decisions, field_decisions
-- writes: nothing
-- params:
-- grain: one pair of records, or one record and field: the latest decision on it
SELECT
    collection,
    judgement AS kind,
    left_key AS record,
    right_key AS other,
    '' AS field,
    who,
    decided_at,
    why
FROM decisions
WHERE withdrawn_at IS NULL
QUALIFY row_number() OVER (PARTITION BY collection, least(left_key, right_key), greatest(left_key, right_key) ORDER BY decided_at DESC, judgement) = 1
UNION ALL
SELECT
    collection,
    CASE field WHEN 'survivor' THEN 'survivor' ELSE 'value' END AS kind,
    CASE provider WHEN '' THEN id ELSE id_text(provider, realm, id) END AS record, -- a digest has an id alone
    '' AS other,
    CASE field WHEN 'survivor' THEN '' ELSE field END AS field,
    who,
    decided_at,
    why
FROM field_decisions
WHERE withdrawn_at IS NULL
QUALIFY row_number() OVER (PARTITION BY collection, provider, realm, id, field ORDER BY decided_at DESC) = 1
ORDER BY
    collection,
    kind,
    record,
    other,
    field
