-- extract/digest.sql: the fingerprint of what extract holds of one collection, whatever the order of its rows
-- reads: records, external_ids, refs, links
-- writes: nothing
-- params: collection
-- grain: one row
--
-- Over keys, raw records, IDs, references and links, and over the first rid, since other stages hold rids. Each row's
-- hash is summed: a sum knows no order, and needs no sort.
WITH hashes AS (
    SELECT sha256('record' || chr(31) || source || chr(31) || key || chr(31) || rid || chr(31) || content_hash || chr(31) || raw) AS hash
    FROM records
    WHERE collection = $collection

    UNION ALL

    SELECT sha256('id' || chr(31) || rid || chr(31) || provider || chr(31) || realm || chr(31) || id) AS hash
    FROM external_ids
    WHERE collection = $collection

    UNION ALL

    SELECT
        sha256(
            'ref' || chr(31) || rid || chr(31) || path || chr(31) || target_collection || chr(31) || provider || chr(31) || realm
            || chr(31) || id || chr(31) || coalesce(target_rid, 0)
        ) AS hash
    FROM refs
    WHERE collection = $collection

    UNION ALL

    SELECT
        sha256(
            'link' || chr(31) || source || chr(31) || left_provider || chr(31) || left_realm || chr(31) || left_id
            || chr(31) || right_provider || chr(31) || right_realm || chr(31) || right_id
        ) AS hash
    FROM links
    WHERE collection = $collection
),

sums AS (
    SELECT
        count(*) AS hashes,
        sum(('0x' || substr(hash, 1, 15))::UBIGINT) AS part1,
        sum(('0x' || substr(hash, 16, 15))::UBIGINT) AS part2,
        sum(('0x' || substr(hash, 31, 15))::UBIGINT) AS part3,
        sum(('0x' || substr(hash, 46, 15))::UBIGINT) AS part4
    FROM hashes
)

SELECT
    sha256(concat_ws('/', hashes, coalesce(part1, 0), coalesce(part2, 0), coalesce(part3, 0), coalesce(part4, 0))) AS digest
FROM sums;
