-- match/compare_ids_of.sql: the external IDs of some records, in their text form, and all records that carry each.
-- reads: external_ids
-- writes: nothing
-- params: collection, rids
-- grain: one external ID of one record that carries it, an ID's rows together
WITH asked AS (
    SELECT DISTINCT
        provider,
        realm,
        id
    FROM external_ids
    WHERE collection = $collection
        AND rid IN (SELECT CAST(unnest(string_split($rids, ',')) AS BIGINT))
)

SELECT
    replace(replace(e.provider, '%', '%25'), '/', '%2F') || '/' || replace(replace(e.realm, '%', '%25'), '/', '%2F')
        || '/' || replace(replace(e.id, '%', '%25'), '/', '%2F') AS text,
    e.rid
FROM external_ids AS e
INNER JOIN asked
    ON asked.provider = e.provider
    AND asked.realm = e.realm
    AND asked.id = e.id
WHERE e.collection = $collection
ORDER BY
    text,
    e.rid
