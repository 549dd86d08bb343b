-- extract/quality.sql: how well each field is filled, source by source, and what is wrong with its values
-- reads: records
-- writes: quality
-- params:
-- grain: one field of one collection of one source
--
-- A list field is judged by its first value. Ties among the commonest values go to the smaller one, so that the table does
-- not depend on the order of rows. The five commonest are kept while values are counted, which takes less time than to rank
-- them all. Placeholder-like is a word people type to get past a form, one character repeated, or
-- a date that systems put where none is known. Malformed is what no value of the field can look like: an e-mail address
-- without its parts, a telephone number with letters or with fewer digits than 6 or more than 15 (E.164), a date that
-- could not be read, a country with a digit, a registration number without one, a website without a dot or with a space.
INSERT INTO quality
WITH long AS (
    SELECT
        source,
        collection,
        unnest([
            {'position': 1, 'field': 'title', 'value': title},
            {'position': 2, 'field': 'first_name', 'value': first_name},
            {'position': 3, 'field': 'last_name', 'value': last_name},
            {'position': 4, 'field': 'name', 'value': name},
            {'position': 5, 'field': 'birth_date', 'value': coalesce(CAST(birth_date AS VARCHAR), CASE WHEN contains(raw, '"birth_date"') THEN json_extract_string(raw, '$.birth_date') END)},
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
        coalesce(CASE
            WHEN field = 'email' THEN NOT regexp_full_match(value, '[^@\s,;]+@[^@\s,;.]+(\.[^@\s,;.]+)+')
            WHEN field IN ('mobile', 'landline', 'work_phone')
                THEN length(regexp_replace(value, '[^0-9]', '', 'g')) NOT BETWEEN 6 AND 15
                    OR regexp_matches(regexp_replace(lower(value), '(ext|x|tel|ph|mob|fax|phone|mobile|direct)[.:]?', '', 'g'), '[a-z]')
            WHEN value IS NULL THEN false
            WHEN field = 'birth_date' THEN try_cast(left(value, 10) AS DATE) IS NULL
            WHEN field = 'address_country' THEN regexp_matches(value, '[0-9@]')
            WHEN field = 'reference' THEN NOT regexp_matches(value, '[0-9]')
            WHEN field = 'website' THEN NOT contains(value, '.') OR contains(value, ' ')
        END, false) AS malformed
    FROM valued
)
SELECT
    source,
    collection,
    position,
    field,
    CAST(sum(n) AS BIGINT) AS records,
    CAST(coalesce(sum(n) FILTER (value IS NOT NULL), 0) AS BIGINT) AS filled,
    count(value) AS distinct_values,
    coalesce(list_transform(min({'rarity': -n, 'value': value}, 5) FILTER (value IS NOT NULL), lambda v: {'value': v.value, 'n': -v.rarity}), []) AS top_values,
    CAST(coalesce(sum(n) FILTER (placeholder), 0) AS BIGINT) AS placeholders,
    CAST(coalesce(sum(n) FILTER (malformed AND NOT placeholder), 0) AS BIGINT) AS malformed,
    min(value) FILTER (malformed AND NOT placeholder) AS malformed_example
FROM judged
GROUP BY source, collection, position, field
