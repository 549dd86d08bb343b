-- match/evaluate_copy_refs.sql: all references but by IDs of the application that is left out.
-- reads: refs, external_ids
-- writes: nothing
-- params: provider, realm
-- grain: one row, its columns in the table's order
--
-- Which record a reference means was found by all its IDs: where those that are left do not name it, it is not known.
WITH kept AS (
    SELECT *
    FROM refs
    WHERE NOT (provider = $provider AND realm = $realm)
),

meant AS (
    SELECT DISTINCT
        kept.rid,
        kept.path,
        kept.target_rid
    FROM kept
    INNER JOIN external_ids
        ON external_ids.rid = kept.target_rid
        AND external_ids.collection = kept.target_collection
        AND external_ids.provider = kept.provider
        AND external_ids.realm = kept.realm
        AND external_ids.id = kept.id
)

SELECT
    kept.rid,
    kept.collection,
    kept.path,
    kept.target_collection,
    kept.provider,
    kept.realm,
    kept.id,
    meant.target_rid
FROM kept
LEFT JOIN meant USING (rid, path)
ORDER BY ALL
