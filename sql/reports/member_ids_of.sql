-- reports/member_ids_of.sql: the IDs that each of some records bears
-- reads: external_ids
-- writes: member_ids
-- params: first, last
-- grain: one record from first to last
--
-- A list of each record's IDs cannot be put on disk while it grows: so many records at once, and memory stays flat.
INSERT INTO member_ids
SELECT
    rid,
    array_to_string(list_sort(list(id_text(provider, realm, id))), ' ')
FROM external_ids
WHERE rid BETWEEN $first AND $last
GROUP BY rid
