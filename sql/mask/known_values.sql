-- mask/known_values.sql: every value of a record that is hidden where it stands among the words of others.
-- reads: records
-- writes: nothing
-- params:
-- grain: one value of one record; many are equal
--
-- Titles, regions and countries are left out: in sentences they are mostly common words.
SELECT unnest(list_concat(
    [first_name, last_name, name, job_title, company_name, reference,
    CAST(birth_date AS VARCHAR), strftime(birth_date, '%d%m%Y'), strftime(birth_date, '%m%d%Y')],
    emails,
    websites,
    landlines,
    work_phones,
    mobiles,
    flatten(list_transform(addresses, lambda a: [a.line1, a.line2, a.city, a.postal_code])),
    map_values(extra))) AS v
FROM records
