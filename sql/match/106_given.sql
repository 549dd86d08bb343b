-- match/106_given.sql: the values of some records as their sources gave them, for display.
-- reads: records, refs
-- writes: nothing
-- params: rids
-- grain: one value of one part of one record; a part has several values where the record has, in its order
--
-- The birth date is taken from the raw record: one that could not be read is shown, too.
WITH chosen AS (
    SELECT *
    FROM records
    WHERE list_contains(CAST($rids AS BIGINT[]), rid)
),

single AS (
    SELECT
        rid,
        unnest([
            {'part': 'first_name', 'value': first_name},
            {'part': 'last_name', 'value': last_name},
            {'part': 'name', 'value': name},
            {'part': 'company_name', 'value': company_name},
            {'part': 'birth_date', 'value': coalesce(json_extract_string(raw, '$.birth_date'), CAST(birth_date AS VARCHAR))},
            {'part': 'reference', 'value': reference}
        ]) AS v
    FROM chosen
),

listed AS (
    SELECT rid, 'email' AS part, unnest(emails) AS value, generate_subscripts(emails, 1) AS place FROM chosen
    UNION ALL
    SELECT rid, 'website', unnest(websites), generate_subscripts(websites, 1) FROM chosen
    UNION ALL
    SELECT rid, 'landline', unnest(landlines), generate_subscripts(landlines, 1) FROM chosen
    UNION ALL
    SELECT rid, 'work_phone', unnest(work_phones), generate_subscripts(work_phones, 1) FROM chosen
    UNION ALL
    SELECT rid, 'mobile', unnest(mobiles), generate_subscripts(mobiles, 1) FROM chosen
    UNION ALL
    SELECT rid, 'extra ' || e.key, e.value, 1 FROM (SELECT rid, unnest(map_entries(extra)) AS e FROM chosen)
),

placed AS (
    SELECT
        rid,
        unnest(addresses) AS a,
        generate_subscripts(addresses, 1) AS place
    FROM chosen
),

addressed AS (
    SELECT
        rid,
        CASE WHEN starts_with(a.kind, 'address_work') THEN 'work ' ELSE '' END AS whose,
        concat_ws(', ', nullif(a.line1, ''), nullif(a.line2, '')) AS street,
        a.city AS city,
        a.postal_code AS postcode,
        place
    FROM placed
),

employed AS (
    SELECT DISTINCT
        refs.rid,
        coalesce(target.name, target.key) AS value
    FROM refs
    INNER JOIN chosen ON chosen.rid = refs.rid
    INNER JOIN records AS target ON target.rid = refs.target_rid
    WHERE refs.target_collection = 'organizations'
),

everything AS (
    SELECT rid, v.part AS part, v.value AS value, 1 AS place FROM single
    UNION ALL
    SELECT rid, part, value, place FROM listed
    UNION ALL
    SELECT rid, whose || 'street', street, place FROM addressed
    UNION ALL
    SELECT rid, whose || 'city', city, place FROM addressed
    UNION ALL
    SELECT rid, whose || 'postcode', postcode, place FROM addressed
    UNION ALL
    SELECT rid, 'organization', value, 1 FROM employed
)

SELECT
    rid,
    part,
    value
FROM everything
WHERE value <> ''
ORDER BY
    rid,
    part,
    place,
    value
