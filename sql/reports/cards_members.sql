-- reports/cards_members.sql: records of each item, as the page shows them
-- reads: card_places, records, refs
-- writes: nothing
-- params:
-- grain: one record
--
-- Lists become lines.
WITH referred AS (                                     -- all IDs of one reference mean one record
    SELECT
        f.rid,
        max(f.target_rid) AS target_rid
    FROM refs f
    SEMI JOIN card_places p ON p.rid = f.rid
    WHERE f.path = 'organization_id'
    GROUP BY f.rid
),
employer AS (
    SELECT
        f.rid,
        t.name AS organization
    FROM referred f
    JOIN records t ON t.rid = f.target_rid
    WHERE t.name <> ''
    UNION ALL
    SELECT
        f.rid,
        min(f.provider || '/' || f.realm || '/' || f.id) AS organization
    FROM refs f
    JOIN referred d ON d.rid = f.rid
    LEFT JOIN records t ON t.rid = d.target_rid
    WHERE f.path = 'organization_id' AND coalesce(t.name, '') = ''
    GROUP BY f.rid
)
SELECT
    p.item,
    p.place,
    r.key,
    r.source,
    r.hub,
    coalesce(r.name, '') AS name,
    coalesce(r.title, '') AS title,
    coalesce(r.first_name, '') AS first_name,
    coalesce(r.last_name, '') AS last_name,
    coalesce(CAST(r.birth_date AS VARCHAR), '') AS birth_date,
    coalesce(r.reference, '') AS reference,
    coalesce(array_to_string(r.emails, chr(10)), '') AS emails,
    coalesce(array_to_string(r.websites, chr(10)), '') AS websites,
    coalesce(array_to_string(r.mobiles, chr(10)), '') AS mobiles,
    coalesce(array_to_string(r.landlines, chr(10)), '') AS landlines,
    coalesce(array_to_string(r.work_phones, chr(10)), '') AS work_phones,
    coalesce(array_to_string(list_transform(r.addresses, lambda a: concat_ws(', ',
        nullif(a.line1, ''),
        nullif(a.line2, ''),
        nullif(a.city, ''),
        nullif(concat_ws(' ', nullif(a.region, ''), nullif(a.postal_code, '')), ''),
        nullif(a.country, ''))), chr(10)), '') AS addresses,
    coalesce(r.job_title, '') AS job_title,
    coalesce(r.company_name, '') AS company_name,
    coalesce(o.organization, '') AS organization,
    coalesce(r.status, '') AS status,
    coalesce(r.code, '') AS code,
    coalesce(array_to_string(list_sort(list_transform(map_entries(r.extra), lambda e: e.key || ': ' || e.value)), chr(10)), '') AS extra
FROM card_places p
JOIN records r ON r.rid = p.rid
LEFT JOIN employer o ON o.rid = p.rid
ORDER BY p.place
