-- reports/records_named.sql: the records that IDs name: by their own ID, or else by one that they bear.
-- reads: records, external_ids
-- writes: nothing
-- params: names
-- grain: one of the names, a JSON list of {collection, name}; key is NULL when no record bears it
--
-- Match reads the IDs of decisions in the same way: of several bearers the one with the smallest key is meant.
WITH asked AS (
    SELECT DISTINCT
        n.collection,
        n.name
    FROM (SELECT unnest(from_json($names, '[{"collection": "VARCHAR", "name": "VARCHAR"}]')) AS n)
),

borne AS (
    SELECT
        e.collection,
        id_text(e.provider, e.realm, e.id) AS name,
        min(r.key) AS key
    FROM external_ids AS e
    INNER JOIN records AS r ON e.rid = r.rid
    GROUP BY
        e.collection,
        id_text(e.provider, e.realm, e.id)
)

SELECT
    a.collection,
    a.name,
    coalesce(any_value(own.key), any_value(b.key)) AS key
FROM asked AS a
LEFT JOIN records AS own
    ON a.collection = own.collection
    AND a.name = own.key
LEFT JOIN borne AS b
    ON a.collection = b.collection
    AND a.name = b.name
GROUP BY
    a.collection,
    a.name
