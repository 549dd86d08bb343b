-- reports/records_named.sql: the records that IDs name.
-- reads: records, external_ids
-- writes: nothing
-- params: names
-- grain: one of the names, a JSON list of {collection, name}; key and hub_key are NULL when no record bears it
SELECT
    collection,
    name,
    key,
    hub_key
FROM records_named(from_json($names, '[{"collection": "VARCHAR", "name": "VARCHAR"}]'))
