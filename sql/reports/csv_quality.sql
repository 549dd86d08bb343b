-- reports/csv_quality.sql: how well each field is filled, source by source, for quality.csv
-- reads: records
-- writes: nothing
-- params:
-- grain: one field of one collection of one source
--
-- A value counts as placeholder-like when it is a word people type to get past a form, one character repeated, or a
-- date that systems put where none is known. A list field is judged by its first value. Ties for the top value go to
-- the smaller value, so that the file does not depend on the order of rows.
WITH long AS (
    SELECT
        source,
        collection,
        unnest([
            {'position': 1, 'field': 'title', 'value': title},
            {'position': 2, 'field': 'first_name', 'value': first_name},
            {'position': 3, 'field': 'last_name', 'value': last_name},
            {'position': 4, 'field': 'name', 'value': name},
            {'position': 5, 'field': 'birth_date', 'value': CAST(birth_date AS VARCHAR)},
            {'position': 6, 'field': 'reference', 'value': reference},
            {'position': 7, 'field': 'email', 'value': emails[1]},
            {'position': 8, 'field': 'mobile', 'value': mobiles[1]},
            {'position': 9, 'field': 'landline', 'value': landlines[1]},
            {'position': 10, 'field': 'work_phone', 'value': work_phones[1]},
            {'position': 11, 'field': 'website', 'value': websites[1]},
            {'position': 12, 'field': 'address_line1', 'value': addresses[1].line1},
            {'position': 13, 'field': 'address_city', 'value': addresses[1].city},
            {'position': 14, 'field': 'address_region', 'value': addresses[1].region},
            {'position': 15, 'field': 'address_postal_code', 'value': addresses[1].postal_code},
            {'position': 16, 'field': 'address_country', 'value': addresses[1].country},
            {'position': 17, 'field': 'job_title', 'value': job_title},
            {'position': 18, 'field': 'company_name', 'value': company_name},
            {'position': 19, 'field': 'code', 'value': code},
            {'position': 20, 'field': 'status', 'value': status}
        ], recursive := true)
    FROM records
),
valued AS (
    SELECT
        source,
        collection,
        position,
        field,
        nullif(trim(value), '') AS value,
        count(*) AS n
    FROM long
    GROUP BY ALL
),
judged AS (
    SELECT
        source,
        collection,
        position,
        field,
        value,
        n,
        value IS NOT NULL AND (
            lower(value) IN ('n/a', 'na', 'n.a.', 'nil', 'none', 'null', 'no', 'test', 'testing', 'unknown', 'tba', 'tbc', 'tbd', 'todo',
                'x', 'xx', 'asdf', 'blank', 'not provided', 'not known', 'no email', 'noemail@example.com', 'test@test.com', 'na@na.com',
                'none@none.com', '0', '-', '.', '?', '1900-01-01', '1901-01-01', '1970-01-01', '2000-01-01', '0001-01-01', '1111-11-11')
            OR (field NOT IN ('status', 'code') AND length(value) > 2 AND replace(lower(value), left(lower(value), 1), '') = '')
        ) AS placeholder,
        row_number() OVER (
            PARTITION BY source, collection, field, value IS NULL
            ORDER BY n DESC, value) AS place
    FROM valued
)
SELECT
    source,
    collection,
    field,
    CAST(sum(n) AS BIGINT) AS records,
    CAST(coalesce(sum(n) FILTER (value IS NOT NULL), 0) AS BIGINT) AS filled,
    round(coalesce(sum(n) FILTER (value IS NOT NULL), 0) / sum(n), 4) AS fill_rate,
    count(value) AS distinct_values,
    max(value) FILTER (place = 1) AS top_value,
    max(n) FILTER (place = 1 AND value IS NOT NULL) AS top_count,
    CAST(coalesce(sum(n) FILTER (placeholder), 0) AS BIGINT) AS placeholder_like
FROM judged
GROUP BY source, collection, position, field
ORDER BY source, collection, position
