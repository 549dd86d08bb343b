-- reports/csv_id_coverage.sql: how many records of one application another knows too, for id_coverage.csv
-- reads: id_coverage
-- writes: nothing
-- params:
-- grain: one ordered pair of applications within one collection of one source; an application with itself
SELECT
    c.source,
    c.collection,
    c.provider,
    c.realm,
    c.other_provider,
    c.other_realm,
    own.both_know AS records,
    c.both_know,
    round(c.both_know / own.both_know, 4) AS share,
    c.ids_shared,
    c.most_records,
    c.most_shared
FROM id_coverage c
JOIN id_coverage own
    ON own.source = c.source AND own.collection = c.collection AND own.provider = c.provider AND own.realm = c.realm
    AND own.other_provider = c.provider AND own.other_realm = c.realm
ORDER BY c.source, c.collection, c.provider, c.realm, c.other_provider, c.other_realm
