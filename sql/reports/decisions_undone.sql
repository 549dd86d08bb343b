-- reports/decisions_undone.sql: what people decided and took back.
-- reads: decisions, field_decisions
-- writes: nothing
-- params:
-- grain: one decision that was undone
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
WHERE withdrawn_at IS NOT NULL
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
WHERE withdrawn_at IS NOT NULL
