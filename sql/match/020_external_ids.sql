-- match/020_external_ids.sql: the external IDs of one collection, packed into one text each.
-- reads: external_ids
-- writes: nothing
-- params: collection, first_rid, last_rid
-- grain: one external ID of one record of a range, in no order
SELECT
    rid,
    concat_ws(chr(29), provider, realm, id) AS packed
FROM external_ids
WHERE collection = $collection
    AND rid BETWEEN $first_rid AND $last_rid
