-- match/010_records.sql: the typed columns of one collection's records, lists flattened to text.
-- reads: records
-- writes: nothing
-- params: collection
-- grain: one record, in key order
--
-- Lists and structures cross the driver one value at a time, texts a column at a time: so values are joined by U+001F
-- and the parts of an address by U+001E here, where it is cheap.
SELECT
    rid,
    source,
    key,
    provider,
    realm,
    id,
    hub,
    coalesce(channel_id, '') AS channel_id,
    content_hash,
    coalesce(title, '') AS title,
    coalesce(first_name, '') AS first_name,
    coalesce(last_name, '') AS last_name,
    coalesce(name, '') AS name,
    coalesce(company_name, '') AS company_name,
    coalesce(CAST(birth_date AS VARCHAR), '') AS birth_date,
    coalesce(reference, '') AS reference,
    coalesce(array_to_string(emails, chr(31)), '') AS emails,
    coalesce(array_to_string(websites, chr(31)), '') AS websites,
    coalesce(array_to_string(landlines, chr(31)), '') AS landlines,
    coalesce(array_to_string(work_phones, chr(31)), '') AS work_phones,
    coalesce(array_to_string(mobiles, chr(31)), '') AS mobiles,
    coalesce(array_to_string(list_transform(addresses, lambda a: concat(
        coalesce(a.kind, ''), chr(30),
        coalesce(a.line1, ''), chr(30),
        coalesce(a.line2, ''), chr(30),
        coalesce(a.city, ''), chr(30),
        coalesce(a.region, ''), chr(30),
        coalesce(a.postal_code, ''), chr(30),
        coalesce(a.country, ''))), chr(31)), '') AS addresses,
    coalesce(array_to_string(list_transform(map_entries(extra), lambda e: concat(e.key, chr(30), coalesce(e.value, ''))), chr(31)), '') AS extra,
    coalesce(CAST(created_at AS VARCHAR), '') AS created_at
FROM records
WHERE collection = $collection
ORDER BY key, source, rid
