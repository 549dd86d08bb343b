-- extract/records.sql: flattens the kept rows of one collection to typed columns
-- reads: staged_rows, staged_keys
-- writes: records
-- params: collection, extra
-- grain: one record
--
-- Each group of fields is cut out of the JSON text in one pass. '', {}, [], null and absent are all no value; blanks,
-- line breaks and no-break spaces around a value are not part of it. $extra is a JSON array of the dotted field paths
-- that go to the column extra. What no column holds stays in raw. A date that cannot be read is NULL: of forms that
-- several readings fit (03/04/1980) the one is taken that fits all of the source's dates, day first when both do.
INSERT INTO records (
    rid,
    source,
    collection,
    key,
    provider,
    realm,
    id,
    hub,
    channel_id,
    status,
    code,
    title,
    first_name,
    last_name,
    name,
    job_title,
    company_name,
    birth_date,
    reference,
    emails,
    websites,
    landlines,
    work_phones,
    mobiles,
    addresses,
    extra,
    is_lead,
    created_at,
    updated_at,
    content_hash,
    raw,
    source_row
)
WITH kept AS (
    SELECT
        k.rid,
        k.source,
        k.key,
        k.provider,
        k.realm,
        k.id,
        r.raw,
        r.source_row
    FROM staged_keys AS k
    INNER JOIN staged_rows AS r
        ON k.source = r.source
            AND k.collection = r.collection
            AND k.place = r.place
    WHERE k.collection = $collection
        AND k.kept
),

cut AS (
    SELECT
        rid,
        source,
        key,
        provider,
        realm,
        id,
        raw,
        source_row,
        list_transform(
            json_extract_string(raw, [
                '$.channel_id',
                '$.status',
                '$.code',
                '$.title',
                '$.first_name',
                '$.last_name',
                '$.name',
                '$.job_title',
                '$.company_name',
                '$.birth_date',
                '$.reference',
                '$.is_lead',
                '$.created_at',
                '$.updated_at'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS plain,
        list_transform(
            json_extract_string(raw, [
                '$.email.address',
                '$.email.address2'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS emails,
        list_transform(
            json_extract_string(raw, [
                '$.website.url',
                '$.website.url2'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS websites,
        list_transform(
            json_extract_string(raw, [
                '$.phone_home.landline',
                '$.phone_home.landline2'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS landlines,
        list_transform(
            json_extract_string(raw, [
                '$.phone_work.landline',
                '$.phone_work.landline2',
                '$.phone.landline',
                '$.phone.landline2'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS work_phones,
        list_transform(
            json_extract_string(raw, [
                '$.phone_home.mobile',
                '$.phone_home.mobile2',
                '$.phone_work.mobile',
                '$.phone_work.mobile2',
                '$.phone.mobile',
                '$.phone.mobile2'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS mobiles,
        list_transform(
            json_extract_string(raw, [
                '$.address_home.billing.line1',
                '$.address_home.billing.line2',
                '$.address_home.billing.city',
                '$.address_home.billing.region',
                '$.address_home.billing.postal_code',
                '$.address_home.billing.country',
                '$.address_home.billing2.line1',
                '$.address_home.billing2.line2',
                '$.address_home.billing2.city',
                '$.address_home.billing2.region',
                '$.address_home.billing2.postal_code',
                '$.address_home.billing2.country',
                '$.address_home.shipping.line1',
                '$.address_home.shipping.line2',
                '$.address_home.shipping.city',
                '$.address_home.shipping.region',
                '$.address_home.shipping.postal_code',
                '$.address_home.shipping.country',
                '$.address_home.shipping2.line1',
                '$.address_home.shipping2.line2',
                '$.address_home.shipping2.city',
                '$.address_home.shipping2.region',
                '$.address_home.shipping2.postal_code',
                '$.address_home.shipping2.country',
                '$.address_work.billing.line1',
                '$.address_work.billing.line2',
                '$.address_work.billing.city',
                '$.address_work.billing.region',
                '$.address_work.billing.postal_code',
                '$.address_work.billing.country',
                '$.address_work.billing2.line1',
                '$.address_work.billing2.line2',
                '$.address_work.billing2.city',
                '$.address_work.billing2.region',
                '$.address_work.billing2.postal_code',
                '$.address_work.billing2.country',
                '$.address_work.shipping.line1',
                '$.address_work.shipping.line2',
                '$.address_work.shipping.city',
                '$.address_work.shipping.region',
                '$.address_work.shipping.postal_code',
                '$.address_work.shipping.country',
                '$.address_work.shipping2.line1',
                '$.address_work.shipping2.line2',
                '$.address_work.shipping2.city',
                '$.address_work.shipping2.region',
                '$.address_work.shipping2.postal_code',
                '$.address_work.shipping2.country',
                '$.address.billing.line1',
                '$.address.billing.line2',
                '$.address.billing.city',
                '$.address.billing.region',
                '$.address.billing.postal_code',
                '$.address.billing.country',
                '$.address.billing2.line1',
                '$.address.billing2.line2',
                '$.address.billing2.city',
                '$.address.billing2.region',
                '$.address.billing2.postal_code',
                '$.address.billing2.country',
                '$.address.shipping.line1',
                '$.address.shipping.line2',
                '$.address.shipping.city',
                '$.address.shipping.region',
                '$.address.shipping.postal_code',
                '$.address.shipping.country',
                '$.address.shipping2.line1',
                '$.address.shipping2.line2',
                '$.address.shipping2.city',
                '$.address.shipping2.region',
                '$.address.shipping2.postal_code',
                '$.address.shipping2.country'
            ]),
            lambda v: nullif(nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'), '[]')
        ) AS address_parts
    FROM kept
),

extra_paths AS (
    SELECT unnest(from_json($extra, '["VARCHAR"]')) AS path
),

extra_values AS (
    SELECT
        kept.rid,
        extra_paths.path,
        nullif(nullif(trim(json_extract_string(kept.raw, '$."' || replace(extra_paths.path, '.', '"."') || '"'), ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS value
    FROM kept
    CROSS JOIN extra_paths
),

extras AS (
    SELECT
        rid,
        map_from_entries(list((path, value) ORDER BY path)) AS extra
    FROM extra_values
    WHERE value IS NOT NULL
    GROUP BY rid
),

day_or_month_first AS (
    SELECT
        source,
        count(*) FILTER (
            WHERE try_strptime(plain[10], ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NOT NULL
                AND try_strptime(plain[10], ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NULL
        ) AS month_first_only,
        count(*) FILTER (
            WHERE try_strptime(plain[10], ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NOT NULL
                AND try_strptime(plain[10], ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NULL
        ) AS day_first_only
    FROM cut
    WHERE plain[10] IS NOT NULL
    GROUP BY source
),

typed AS (
    SELECT
        cut.rid,
        cut.source,
        cut.key,
        cut.provider,
        cut.realm,
        cut.id,
        plain[1] AS channel_id,
        plain[2] AS status,
        plain[3] AS code,
        plain[4] AS title,
        plain[5] AS first_name,
        plain[6] AS last_name,
        plain[7] AS name,
        plain[8] AS job_title,
        plain[9] AS company_name,
        coalesce(
            CASE WHEN regexp_matches(plain[10], '^\d{4}-\d{2}-\d{2}([T ].*)?$') THEN try_strptime(left(plain[10], 10), '%Y-%m-%d') END,
            try_strptime(plain[10], ['%Y%m%d', '%Y/%m/%d', '%Y.%m.%d']),
            CASE WHEN month_first_only > day_first_only THEN try_strptime(plain[10], ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) END,
            try_strptime(plain[10], ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']),
            try_strptime(plain[10], ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']),
            try_strptime(plain[10], ['%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y'])
        )::DATE AS birth_date,
        plain[11] AS reference,
        try_cast(plain[12] AS BOOLEAN) AS is_lead,
        timezone('UTC', try_cast(plain[13] AS TIMESTAMPTZ)) AS created_at,
        timezone('UTC', try_cast(plain[14] AS TIMESTAMPTZ)) AS updated_at,
        list_filter(emails, lambda v: v IS NOT NULL) AS emails,
        list_filter(websites, lambda v: v IS NOT NULL) AS websites,
        list_filter(landlines, lambda v: v IS NOT NULL) AS landlines,
        list_filter(work_phones, lambda v: v IS NOT NULL) AS work_phones,
        list_filter(mobiles, lambda v: v IS NOT NULL) AS mobiles,
        list_filter(
            [
                {'kind': 'address_home.billing', 'line1': address_parts[1], 'line2': address_parts[2], 'city': address_parts[3], 'region': address_parts[4], 'postal_code': address_parts[5], 'country': address_parts[6]},
                {'kind': 'address_home.billing2', 'line1': address_parts[7], 'line2': address_parts[8], 'city': address_parts[9], 'region': address_parts[10], 'postal_code': address_parts[11], 'country': address_parts[12]},
                {'kind': 'address_home.shipping', 'line1': address_parts[13], 'line2': address_parts[14], 'city': address_parts[15], 'region': address_parts[16], 'postal_code': address_parts[17], 'country': address_parts[18]},
                {'kind': 'address_home.shipping2', 'line1': address_parts[19], 'line2': address_parts[20], 'city': address_parts[21], 'region': address_parts[22], 'postal_code': address_parts[23], 'country': address_parts[24]},
                {'kind': 'address_work.billing', 'line1': address_parts[25], 'line2': address_parts[26], 'city': address_parts[27], 'region': address_parts[28], 'postal_code': address_parts[29], 'country': address_parts[30]},
                {'kind': 'address_work.billing2', 'line1': address_parts[31], 'line2': address_parts[32], 'city': address_parts[33], 'region': address_parts[34], 'postal_code': address_parts[35], 'country': address_parts[36]},
                {'kind': 'address_work.shipping', 'line1': address_parts[37], 'line2': address_parts[38], 'city': address_parts[39], 'region': address_parts[40], 'postal_code': address_parts[41], 'country': address_parts[42]},
                {'kind': 'address_work.shipping2', 'line1': address_parts[43], 'line2': address_parts[44], 'city': address_parts[45], 'region': address_parts[46], 'postal_code': address_parts[47], 'country': address_parts[48]},
                {'kind': 'address.billing', 'line1': address_parts[49], 'line2': address_parts[50], 'city': address_parts[51], 'region': address_parts[52], 'postal_code': address_parts[53], 'country': address_parts[54]},
                {'kind': 'address.billing2', 'line1': address_parts[55], 'line2': address_parts[56], 'city': address_parts[57], 'region': address_parts[58], 'postal_code': address_parts[59], 'country': address_parts[60]},
                {'kind': 'address.shipping', 'line1': address_parts[61], 'line2': address_parts[62], 'city': address_parts[63], 'region': address_parts[64], 'postal_code': address_parts[65], 'country': address_parts[66]},
                {'kind': 'address.shipping2', 'line1': address_parts[67], 'line2': address_parts[68], 'city': address_parts[69], 'region': address_parts[70], 'postal_code': address_parts[71], 'country': address_parts[72]}
            ],
            lambda a: coalesce(a.line1, a.line2, a.city, a.region, a.postal_code, a.country) IS NOT NULL
        ) AS addresses,
        coalesce(extras.extra, map([], [])::MAP(VARCHAR, VARCHAR)) AS extra,
        cut.raw,
        cut.source_row
    FROM cut
    LEFT JOIN extras
        ON cut.rid = extras.rid
    LEFT JOIN day_or_month_first
        ON cut.source = day_or_month_first.source
)

SELECT
    rid,
    source,
    $collection AS collection,
    key,
    provider,
    realm,
    id,
    provider = 'connec' AS hub,
    channel_id,
    status,
    code,
    title,
    first_name,
    last_name,
    name,
    job_title,
    company_name,
    birth_date,
    reference,
    emails,
    websites,
    landlines,
    work_phones,
    mobiles,
    addresses,
    extra,
    is_lead,
    created_at,
    updated_at,
    sha256(to_json({
        'title': title,
        'first_name': first_name,
        'last_name': last_name,
        'name': name,
        'job_title': job_title,
        'company_name': company_name,
        'birth_date': birth_date,
        'reference': reference,
        'emails': emails,
        'websites': websites,
        'landlines': landlines,
        'work_phones': work_phones,
        'mobiles': mobiles,
        'addresses': addresses,
        'extra': extra
    })::VARCHAR) AS content_hash,
    raw,
    source_row
FROM typed;
