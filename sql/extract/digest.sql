-- extract/digest.sql: the fingerprint of what extract holds of one collection, whatever the order of its rows
-- reads: records, external_ids, refs, links
-- writes: nothing
-- params: collection
-- grain: one row
--
-- Over keys raw records, IDs, references and links, and over the first rid, since other stages hold rids. Each row's
-- hash is summed: a sum knows no order, and needs no sort.
WITH rows_held AS (
    SELECT concat_ws(chr(31), 'record', source, key, rid, content_hash, raw) AS held
    FROM records
    WHERE collection = $collection

    UNION ALL

    SELECT concat_ws(chr(31), 'id', rid, provider, realm, id) AS held
    FROM external_ids
    WHERE collection = $collection

    UNION ALL

    SELECT concat_ws(chr(31), 'ref', rid, path, target_collection, provider, realm, id, coalesce(target_rid, 0)) AS held
    FROM refs
    WHERE collection = $collection

    UNION ALL

    SELECT concat_ws(chr(31), 'link', source, left_provider, left_realm, left_id, right_provider, right_realm, right_id) AS held
    FROM links
    WHERE collection = $collection
),

sums AS (
    SELECT
        count(*) AS hashes,
        coalesce(sum(md5_number_upper(held)), 0) AS upper_half,
        coalesce(sum(md5_number_lower(held)), 0) AS lower_half
    FROM rows_held
)

SELECT sha256(concat_ws('/', hashes, upper_half, lower_half)) AS digest
FROM sums;
