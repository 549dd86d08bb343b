-- extract/dates_told.sql: the birth dates of one source that day first alone fits, and those that month first alone fits
-- reads: records
-- writes: nothing
-- params: source, collection
-- grain: one row: how many they are of either kind, and the smallest of each
SELECT
    count(*) FILTER (WHERE as_month_first IS NULL) AS day_first_only,
    count(*) FILTER (WHERE as_day_first IS NULL) AS month_first_only,
    coalesce(min(given) FILTER (WHERE as_month_first IS NULL), '') AS day_example,
    coalesce(min(given) FILTER (WHERE as_day_first IS NULL), '') AS month_example
FROM (
    SELECT
        trim(json_extract_string(raw, '$.birth_date')) AS given,
        try_strptime(given, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) AS as_day_first,
        try_strptime(given, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) AS as_month_first
    FROM records
    WHERE source = $source AND collection = $collection AND birth_date IS NOT NULL AND contains(raw, '"birth_date"')
)
WHERE regexp_matches(given, '^\d{1,2}[/.-]')
    AND coalesce(as_day_first, as_month_first) IS NOT NULL
