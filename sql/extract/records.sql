-- extract/records.sql: flattens the kept rows of one collection to typed columns
-- reads: staged_rows, staged_keys
-- writes: records
-- params: collection, extra
-- grain: one record
--
-- The JSON text is parsed once, into a struct of texts. '', {}, [], null and absent are all no value; blanks,
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

shaped AS (
    SELECT
        rid,
        source,
        key,
        provider,
        realm,
        id,
        raw,
        source_row,
        json_transform(
            raw,
            '{
                "channel_id": "VARCHAR",
                "status": "VARCHAR",
                "code": "VARCHAR",
                "title": "VARCHAR",
                "first_name": "VARCHAR",
                "last_name": "VARCHAR",
                "name": "VARCHAR",
                "job_title": "VARCHAR",
                "company_name": "VARCHAR",
                "birth_date": "VARCHAR",
                "reference": "VARCHAR",
                "is_lead": "VARCHAR",
                "created_at": "VARCHAR",
                "updated_at": "VARCHAR",
                "email": {"address": "VARCHAR", "address2": "VARCHAR"},
                "website": {"url": "VARCHAR", "url2": "VARCHAR"},
                "phone": {"landline": "VARCHAR", "landline2": "VARCHAR", "mobile": "VARCHAR", "mobile2": "VARCHAR"},
                "phone_home": {"landline": "VARCHAR", "landline2": "VARCHAR", "mobile": "VARCHAR", "mobile2": "VARCHAR"},
                "phone_work": {"landline": "VARCHAR", "landline2": "VARCHAR", "mobile": "VARCHAR", "mobile2": "VARCHAR"},
                "address_home": {
                    "billing": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "billing2": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "shipping": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "shipping2": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"}
                },
                "address_work": {
                    "billing": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "billing2": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "shipping": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "shipping2": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"}
                },
                "address": {
                    "billing": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "billing2": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "shipping": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"},
                    "shipping2": {"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"}
                }
            }'
        ) AS f
    FROM kept
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
        nullif(nullif(trim(f.channel_id, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS channel_id,
        nullif(nullif(trim(f.status, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS status,
        nullif(nullif(trim(f.code, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS code,
        nullif(nullif(trim(f.title, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS title,
        nullif(nullif(trim(f.first_name, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS first_name,
        nullif(nullif(trim(f.last_name, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS last_name,
        nullif(nullif(trim(f.name, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS name,
        nullif(nullif(trim(f.job_title, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS job_title,
        nullif(nullif(trim(f.company_name, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS company_name,
        nullif(nullif(trim(f.birth_date, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS birth_date,
        nullif(nullif(trim(f.reference, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS reference,
        nullif(nullif(trim(f.is_lead, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS is_lead,
        nullif(nullif(trim(f.created_at, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS created_at,
        nullif(nullif(trim(f.updated_at, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS updated_at,
        list_filter(
            list_transform([f.email.address, f.email.address2], lambda v: nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')),
            lambda v: v IS NOT NULL
        ) AS emails,
        list_filter(
            list_transform([f.website.url, f.website.url2], lambda v: nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')),
            lambda v: v IS NOT NULL
        ) AS websites,
        list_filter(
            list_transform([f.phone_home.landline, f.phone_home.landline2], lambda v: nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')),
            lambda v: v IS NOT NULL
        ) AS landlines,
        list_filter(
            list_transform([f.phone_work.landline, f.phone_work.landline2, f.phone.landline, f.phone.landline2], lambda v: nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')),
            lambda v: v IS NOT NULL
        ) AS work_phones,
        list_filter(
            list_transform([f.phone_home.mobile, f.phone_home.mobile2, f.phone_work.mobile, f.phone_work.mobile2, f.phone.mobile, f.phone.mobile2], lambda v: nullif(nullif(trim(v, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')),
            lambda v: v IS NOT NULL
        ) AS mobiles,
        list_filter(
            list_transform(
                list_filter(
                    [
                        {'kind': 'address_home.billing', 'at': f.address_home.billing},
                        {'kind': 'address_home.billing2', 'at': f.address_home.billing2},
                        {'kind': 'address_home.shipping', 'at': f.address_home.shipping},
                        {'kind': 'address_home.shipping2', 'at': f.address_home.shipping2},
                        {'kind': 'address_work.billing', 'at': f.address_work.billing},
                        {'kind': 'address_work.billing2', 'at': f.address_work.billing2},
                        {'kind': 'address_work.shipping', 'at': f.address_work.shipping},
                        {'kind': 'address_work.shipping2', 'at': f.address_work.shipping2},
                        {'kind': 'address.billing', 'at': f.address.billing},
                        {'kind': 'address.billing2', 'at': f.address.billing2},
                        {'kind': 'address.shipping', 'at': f.address.shipping},
                        {'kind': 'address.shipping2', 'at': f.address.shipping2}
                    ],
                    lambda a: coalesce(a.at.line1, a.at.line2, a.at.city, a.at.region, a.at.postal_code, a.at.country) IS NOT NULL
                ),
                lambda a: {
                    'kind': a.kind,
                    'line1': nullif(nullif(trim(a.at.line1, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'),
                    'line2': nullif(nullif(trim(a.at.line2, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'),
                    'city': nullif(nullif(trim(a.at.city, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'),
                    'region': nullif(nullif(trim(a.at.region, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'),
                    'postal_code': nullif(nullif(trim(a.at.postal_code, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}'),
                    'country': nullif(nullif(trim(a.at.country, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')
                }
            ),
            lambda a: coalesce(a.line1, a.line2, a.city, a.region, a.postal_code, a.country) IS NOT NULL
        ) AS addresses
    FROM shaped
),

extra_paths AS (
    SELECT unnest(from_json($extra, '["VARCHAR"]')) AS path
),

extra_values AS (
    SELECT
        kept.rid,
        extra_paths.path,
        nullif(nullif(trim(json_extract_string(kept.raw, '/' || replace(replace(replace(extra_paths.path, '~', '~0'), '/', '~1'), '.', '/')), ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}') AS value
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
            WHERE try_strptime(birth_date, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NOT NULL
                AND try_strptime(birth_date, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NULL
        ) AS month_first_only,
        count(*) FILTER (
            WHERE try_strptime(birth_date, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NOT NULL
                AND try_strptime(birth_date, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NULL
        ) AS day_first_only
    FROM cut
    WHERE birth_date IS NOT NULL
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
        coalesce(channel_id, CASE WHEN provider = 'connec' THEN realm END) AS channel_id,
        status,
        code,
        title,
        first_name,
        last_name,
        name,
        job_title,
        company_name,
        coalesce(
            CASE WHEN regexp_matches(birth_date, '^\d{4}-\d{2}-\d{2}([T ].*)?$') THEN try_strptime(left(birth_date, 10), '%Y-%m-%d') END,
            try_strptime(birth_date, ['%Y%m%d', '%Y/%m/%d', '%Y.%m.%d']),
            CASE WHEN month_first_only > day_first_only THEN try_strptime(birth_date, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) END,
            try_strptime(birth_date, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']),
            try_strptime(birth_date, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']),
            try_strptime(birth_date, ['%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y'])
        )::DATE AS birth_date,
        reference,
        try_cast(is_lead AS BOOLEAN) AS is_lead,
        timezone('UTC', try_cast(created_at AS TIMESTAMPTZ)) AS created_at,
        timezone('UTC', try_cast(updated_at AS TIMESTAMPTZ)) AS updated_at,
        emails,
        websites,
        landlines,
        work_phones,
        mobiles,
        addresses,
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
