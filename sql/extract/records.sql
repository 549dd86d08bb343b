-- extract/records.sql: flattens the kept rows of one collection to typed columns
-- reads: staged_records
-- writes: records
-- params: collection, before, extra, dates
-- grain: one record
--
-- The JSON text is parsed once, into a struct of texts; of the twelve places for an address, most of which are empty,
-- only those that hold something are looked into. '', {}, [], null and absent are all no value; blanks, line breaks and
-- no-break spaces around a value are not part of it (cleaned). $extra is a JSON array of the dotted field paths
-- that go to the column extra. What no column holds stays in raw. A date that cannot be read is NULL. One that two readings
-- fit (03/04/1980) is read as $dates says of its source, a JSON object, else as those of the source's dates are that one
-- reading alone fits, but for one in a hundred; where nothing tells, it is NULL: a guess would be evidence.
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
        $before + number AS rid,
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
                "address_home": {"billing": "JSON", "billing2": "JSON", "shipping": "JSON", "shipping2": "JSON"},
                "address_work": {"billing": "JSON", "billing2": "JSON", "shipping": "JSON", "shipping2": "JSON"},
                "address": {"billing": "JSON", "billing2": "JSON", "shipping": "JSON", "shipping2": "JSON"}
            }'
        ) AS f
    FROM staged_records
    WHERE collection = $collection
        AND number IS NOT NULL
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
        cleaned(f.channel_id) AS channel_id,
        cleaned(f.status) AS status,
        cleaned(f.code) AS code,
        cleaned(f.title) AS title,
        cleaned(f.first_name) AS first_name,
        cleaned(f.last_name) AS last_name,
        cleaned(f.name) AS name,
        cleaned(f.job_title) AS job_title,
        cleaned(f.company_name) AS company_name,
        cleaned(f.birth_date) AS birth_date,
        cleaned(f.reference) AS reference,
        cleaned(f.is_lead) AS is_lead,
        cleaned(f.created_at) AS created_at,
        cleaned(f.updated_at) AS updated_at,
        list_filter([cleaned(f.email.address), cleaned(f.email.address2)], lambda v: v IS NOT NULL) AS emails,
        list_filter([cleaned(f.website.url), cleaned(f.website.url2)], lambda v: v IS NOT NULL) AS websites,
        list_filter([cleaned(f.phone_home.landline), cleaned(f.phone_home.landline2)], lambda v: v IS NOT NULL) AS landlines,
        list_filter(
            [cleaned(f.phone_work.landline), cleaned(f.phone_work.landline2), cleaned(f.phone.landline), cleaned(f.phone.landline2)],
            lambda v: v IS NOT NULL
        ) AS work_phones,
        list_filter(
            [cleaned(f.phone_home.mobile), cleaned(f.phone_home.mobile2), cleaned(f.phone_work.mobile), cleaned(f.phone_work.mobile2), cleaned(f.phone.mobile), cleaned(f.phone.mobile2)],
            lambda v: v IS NOT NULL
        ) AS mobiles,
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
                lambda a: a.at <> '{}'
            ),
            lambda a: {
                'kind': a.kind,
                'at': json_transform(
                    a.at,
                    '{"line1": "VARCHAR", "line2": "VARCHAR", "city": "VARCHAR", "region": "VARCHAR", "postal_code": "VARCHAR", "country": "VARCHAR"}'
                )
            }
        ) AS places,
        list_filter(
            list_transform(
                from_json($extra, '["VARCHAR"]'),
                lambda path: {
                    'path': path,
                    'value': cleaned(json_extract_string(raw, '/' || replace(replace(replace(path, '~', '~0'), '/', '~1'), '.', '/')))
                }
            ),
            lambda e: e.value IS NOT NULL
        ) AS extra
    FROM kept
),

day_or_month AS (                                 -- how many dates one reading alone fits
    SELECT
        source,
        count(*) FILTER (
            WHERE try_strptime(given, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NOT NULL
                AND try_strptime(given, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NULL
        ) AS month_first_only,
        count(*) FILTER (
            WHERE try_strptime(given, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NOT NULL
                AND try_strptime(given, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NULL
        ) AS day_first_only
    FROM (
        SELECT
            source,
            cleaned(birth_date) AS given
        FROM staged_records
        WHERE collection = $collection
            AND number IS NOT NULL
            AND regexp_matches(birth_date, '^[\s\x{a0}]*\d{1,2}[/.-]')
    ) AS dates
    GROUP BY source
),

day_or_month_first AS (
    SELECT
        source,
        coalesce(
            json_extract_string($dates, '/' || replace(replace(source, '~', '~0'), '/', '~1')),
            CASE
                WHEN day_first_only > 0 AND month_first_only * 100 <= day_first_only THEN 'day_first'
                WHEN month_first_only > 0 AND day_first_only * 100 <= month_first_only THEN 'month_first'
            END
        ) AS reading
    FROM day_or_month
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
        CASE WHEN regexp_matches(birth_date, '^\d{1,2}[/.-]') THEN try_strptime(birth_date, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) END AS as_day_first,
        CASE WHEN regexp_matches(birth_date, '^\d{1,2}[/.-]') THEN try_strptime(birth_date, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) END AS as_month_first,
        coalesce(
            CASE WHEN regexp_matches(birth_date, '^\d{4}-\d{2}-\d{2}([T ].*)?$') THEN try_strptime(left(birth_date, 10), '%Y-%m-%d') END,
            try_strptime(birth_date, ['%Y%m%d', '%Y/%m/%d', '%Y.%m.%d']),
            CASE WHEN reading IS NOT NULL THEN CASE reading WHEN 'day_first' THEN as_day_first ELSE as_month_first END END,
            CASE WHEN as_month_first IS NULL OR as_month_first = as_day_first THEN as_day_first END,
            CASE WHEN as_day_first IS NULL THEN as_month_first END,
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
        list_filter(
            list_transform(
                places,
                lambda a: {
                    'kind': a.kind,
                    'line1': cleaned(a.at.line1),
                    'line2': cleaned(a.at.line2),
                    'city': cleaned(a.at.city),
                    'region': cleaned(a.at.region),
                    'postal_code': cleaned(a.at.postal_code),
                    'country': cleaned(a.at.country)
                }
            ),
            lambda a: coalesce(a.line1, a.line2, a.city, a.region, a.postal_code, a.country) IS NOT NULL
        ) AS addresses,
        map_from_entries(extra) AS extra,
        cut.raw,
        cut.source_row
    FROM cut
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
