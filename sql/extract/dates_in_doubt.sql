-- extract/dates_in_doubt.sql: the birth dates of one source that can be read day first or month first, and were not read
-- reads: records
-- writes: nothing
-- params: source, collection
-- grain: one row: how many they are, and the smallest
SELECT
    count(*) AS dates,
    coalesce(min(given), '') AS example
FROM (
    SELECT trim(json_extract_string(raw, '$.birth_date')) AS given
    FROM records
    WHERE source = $source AND collection = $collection AND birth_date IS NULL AND contains(raw, '"birth_date"')
)
WHERE try_strptime(given, ['%d/%m/%Y', '%d-%m-%Y', '%d.%m.%Y']) IS NOT NULL
    AND try_strptime(given, ['%m/%d/%Y', '%m-%d-%Y', '%m.%d.%Y']) IS NOT NULL
