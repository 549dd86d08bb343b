-- match/010_records.sql: what matching reads of one collection's records, packed into one text each.
-- reads: records
-- writes: nothing
-- params: collection, first_rid, last_rid, clean
-- grain: one record of a range, in no order
--
-- Every value crosses the driver by itself, at a cost that hardly depends on its length. So the fields are joined by
-- U+001D here, lists within them by U+001F and the parts of an address by U+001E. A record with a U+001D of its own has
-- too many fields then: the reader notices and asks again with clean, which makes blanks of them.
SELECT
    rid,
    concat_ws(
        chr(29),
        CASE WHEN $clean THEN replace(source, chr(29), ' ') ELSE source END,
        CASE WHEN $clean THEN replace(key, chr(29), ' ') ELSE key END,
        CASE WHEN $clean THEN replace(realm, chr(29), ' ') ELSE realm END,
        hub,
        CASE WHEN $clean THEN replace(channel, chr(29), ' ') ELSE channel END,
        content_hash,
        created_at,
        CASE WHEN $clean THEN replace(title, chr(29), ' ') ELSE title END,
        CASE WHEN $clean THEN replace(first_name, chr(29), ' ') ELSE first_name END,
        CASE WHEN $clean THEN replace(last_name, chr(29), ' ') ELSE last_name END,
        CASE WHEN $clean THEN replace(name, chr(29), ' ') ELSE name END,
        CASE WHEN $clean THEN replace(company_name, chr(29), ' ') ELSE company_name END,
        birth_date,
        CASE WHEN $clean THEN replace(reference, chr(29), ' ') ELSE reference END,
        CASE WHEN $clean THEN replace(emails, chr(29), ' ') ELSE emails END,
        CASE WHEN $clean THEN replace(websites, chr(29), ' ') ELSE websites END,
        CASE WHEN $clean THEN replace(landlines, chr(29), ' ') ELSE landlines END,
        CASE WHEN $clean THEN replace(work_phones, chr(29), ' ') ELSE work_phones END,
        CASE WHEN $clean THEN replace(mobiles, chr(29), ' ') ELSE mobiles END,
        CASE WHEN $clean THEN replace(addresses, chr(29), ' ') ELSE addresses END,
        CASE WHEN $clean THEN replace(extra, chr(29), ' ') ELSE extra END) AS packed
FROM (
    SELECT
        rid,
        source,
        key,
        realm,
        CASE WHEN hub THEN '1' ELSE '' END AS hub,
        coalesce(channel_id, '') AS channel,
        content_hash,
        coalesce(CAST(CAST(epoch(created_at) AS BIGINT) AS VARCHAR), '') AS created_at,
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
            a.kind, chr(30),
            a.line1, chr(30),
            a.line2, chr(30),
            a.city, chr(30),
            a.region, chr(30),
            a.postal_code, chr(30),
            a.country)), chr(31)), '') AS addresses,
        coalesce(array_to_string(list_transform(map_entries(extra), lambda e: concat(e.key, chr(30), e.value)), chr(31)), '') AS extra
    FROM records
    WHERE collection = $collection
        AND rid BETWEEN $first_rid AND $last_rid
) AS texts
