-- match/010_records.sql: what matching reads of one collection's records.
-- reads: records
-- writes: nothing
-- params: collection, first_rid, last_rid
-- grain: one record of a range, in no order
--
-- Lists are joined by U+001F here, and the parts of an address by U+001E.
SELECT
    rid,
    source,
    key,
    realm,
    CASE WHEN hub THEN '1' ELSE '' END AS hub,
    channel_id,
    content_hash,
    coalesce(CAST(epoch(created_at) AS BIGINT), 0) AS created_at,
    first_name,
    last_name,
    name,
    company_name,
    CAST(birth_date AS VARCHAR) AS birth_date,
    reference,
    array_to_string(emails, chr(31)) AS emails,
    array_to_string(websites, chr(31)) AS websites,
    array_to_string(landlines, chr(31)) AS landlines,
    array_to_string(work_phones, chr(31)) AS work_phones,
    array_to_string(mobiles, chr(31)) AS mobiles,
    array_to_string(list_transform(addresses, lambda a: concat(
        a.kind, chr(30),
        a.line1, chr(30),
        a.line2, chr(30),
        a.city, chr(30),
        a.postal_code, chr(30),
        a.country)), chr(31)) AS addresses,
    array_to_string(list_transform(map_entries(extra), lambda e: concat(e.key, chr(30), e.value)), chr(31)) AS extra
FROM records
WHERE collection = $collection
    AND rid BETWEEN $first_rid AND $last_rid
