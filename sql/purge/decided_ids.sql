-- purge/decided_ids.sql: the records that decisions of persons and audits name, as IDs or as digests of IDs.
-- reads: decisions, field_decisions, samples
-- writes: nothing
-- params:
-- grain: one ID or digest of one collection
SELECT collection, left_key AS key
FROM decisions
UNION
SELECT collection, right_key AS key
FROM decisions
UNION
SELECT collection, CASE WHEN provider = '' THEN id ELSE id_text(provider, realm, id) END AS key
FROM field_decisions
UNION
SELECT collection, key
FROM samples
ORDER BY ALL
