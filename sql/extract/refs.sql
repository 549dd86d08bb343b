-- extract/refs.sql: the references of the records of one collection, targets not yet found
-- reads: staged_records
-- writes: refs
-- params: collection, before
-- grain: one ID of one reference field of one record
--
-- A reference is a field whose name ends in _id, or the id of a linked transaction. People and organizations hold
-- them at the top level only (what lies deeper, notes and tasks, are parts of the record); other collections are
-- searched whole. With the external-IDs header a reference is the target's whole id array, without it the hub's UUID
-- as plain text, of the record's own channel; plain text that is neither in a known reference field nor a UUID refers
-- to nothing (national_id). group_id and channel_id name no record.
INSERT INTO refs (
    rid,
    collection,
    path,
    target_collection,
    provider,
    realm,
    id
)
WITH known_fields (field, known_target) AS (
    VALUES
    ('organization_id', 'organizations'),
    ('person_id', 'people'),
    ('item_id', 'items'),
    ('account_id', 'accounts'),
    ('tax_code_id', 'tax_codes'),
    ('sale_tax_code_id', 'tax_codes'),
    ('purchase_tax_code_id', 'tax_codes'),
    ('employee_id', 'employees'),
    ('venue_id', 'venues'),
    ('company_id', 'company')
),

kept AS (
    SELECT
        $before + number AS rid,
        provider = 'connec' AS hub,
        realm,
        raw
    FROM staged_records
    WHERE collection = $collection
        AND number IS NOT NULL
),

top_fields AS (
    SELECT
        rid,
        hub,
        realm,
        raw,
        unnest(list_filter(json_keys(raw), lambda k: ends_with(k, '_id') AND k NOT IN ('group_id', 'channel_id'))) AS field
    FROM kept
    WHERE $collection IN ('people', 'organizations')
),

all_fields AS (
    SELECT
        rid,
        hub,
        realm,
        field AS path,
        field,
        json_extract(raw, '/' || replace(replace(field, '~', '~0'), '/', '~1')) AS value,
        CASE WHEN field = 'assignee_id' THEN json_extract_string(raw, '$.assignee_type') END AS assignee_type,
        NULL AS class
    FROM top_fields

    UNION ALL

    SELECT
        r.rid,
        r.hub,
        r.realm,
        replace(regexp_replace(substr(t.fullkey, 3), '\[(\d+)\]', '/\1', 'g'), '.', '/') AS path,
        t.key AS field,
        t.value,
        TRY(json_extract_string(r.raw, t.path || '.assignee_type')) AS assignee_type,
        TRY(json_extract_string(r.raw, t.path || '.class')) AS class
    FROM kept AS r, json_tree(r.raw) AS t
    WHERE $collection NOT IN ('people', 'organizations')
        AND (
            (ends_with(t.key, '_id') AND t.key NOT IN ('group_id', 'channel_id'))
            OR (t.key = 'id' AND regexp_matches(t.path, '\.linked_transactions\[\d+\]$'))
        )
),

targeted AS (
    SELECT
        f.rid,
        f.hub,
        f.realm,
        f.path,
        f.value,
        CASE
            WHEN k.known_target IS NOT NULL THEN k.known_target
            WHEN f.field = 'assignee_id' THEN CASE WHEN f.assignee_type LIKE '%Team' THEN 'teams' ELSE 'app_users' END
            WHEN f.field = 'id' THEN lower(regexp_replace(coalesce(f.class, ''), '([a-z0-9])([A-Z])', '\1_\2', 'g'))
            ELSE left(f.field, -3)
        END AS stem,
        k.known_target IS NOT NULL OR f.field = 'assignee_id' AS known_target,
        k.known_target IS NOT NULL OR f.field IN ('assignee_id', 'id') AS known
    FROM all_fields AS f
    LEFT JOIN known_fields AS k
        ON f.field = k.field
),

entries AS (
    SELECT
        rid,
        path,
        CASE
            WHEN known_target OR stem = '' THEN stem
            WHEN stem = 'person' THEN 'people'
            WHEN regexp_matches(stem, '[^aeiou]y$') THEN left(stem, -1) || 'ies'
            WHEN regexp_matches(stem, '(s|x|z|ch|sh)$') THEN stem || 'es'
            ELSE stem || 's'
        END AS target_collection,
        CASE
            WHEN json_type(value) = 'ARRAY' THEN json_transform(value, '[{"provider":"VARCHAR","realm":"VARCHAR","id":"VARCHAR"}]')
            WHEN
                hub
                AND json_type(value) = 'VARCHAR'
                AND (known OR regexp_matches(json_extract_string(value, '$'), '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'))
                THEN [{'provider': 'connec', 'realm': realm, 'id': json_extract_string(value, '$')}]
        END AS ids
    FROM targeted
),

single AS (
    SELECT
        rid,
        path,
        target_collection,
        unnest(list_distinct(list_filter(ids, lambda e: e.provider <> '' AND e.realm <> '' AND e.id <> ''))) AS entry
    FROM entries
)

SELECT
    rid,
    $collection AS collection,
    path,
    target_collection,
    entry.provider,
    entry.realm,
    entry.id
FROM single;
