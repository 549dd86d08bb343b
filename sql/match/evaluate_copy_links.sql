-- match/evaluate_copy_links.sql: all of the table but what names the application that is left out.
-- reads: links
-- writes: nothing
-- params: provider, realm
-- grain: one row, its columns in the table's order
SELECT *
FROM links
WHERE NOT (left_provider = $provider AND left_realm = $realm)
    AND NOT (right_provider = $provider AND right_realm = $realm)
ORDER BY ALL
