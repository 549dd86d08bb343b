-- match/evaluate_copy_refs.sql: all of the table but what names the application that is left out.
-- reads: refs
-- writes: nothing
-- params: provider, realm
-- grain: one row, its columns in the table's order
SELECT *
FROM refs
WHERE NOT (provider = $provider AND realm = $realm)
ORDER BY ALL
