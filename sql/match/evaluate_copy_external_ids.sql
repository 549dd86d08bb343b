-- match/evaluate_copy_external_ids.sql: all of the table but what names the application that is left out.
-- reads: external_ids
-- writes: nothing
-- params: provider, realm
-- grain: one row, its columns in the table's order
SELECT *
FROM external_ids
WHERE NOT (provider = $provider AND realm = $realm)
ORDER BY ALL
