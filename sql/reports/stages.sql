-- reports/stages.sql: which stages have left something, and which are older than what they were made from
-- reads: extractions, records, stages, clusters, plans, outcomes
-- writes: nothing
-- params:
-- grain: one row
--
-- A stage is stale when the digest that it read is no longer the digest of the stage before it.
SELECT
    (SELECT count(*) FROM records) > 0
        OR (SELECT count(*) FROM extractions WHERE status IN ('complete', 'in_doubt')) > 0 AS extracted,
    (SELECT count(*) FROM clusters) > 0
        OR (SELECT count(*) FROM stages WHERE stage = 'match') > 0 AS matched,
    (SELECT count(*) FROM plans) > 0 AS planned,
    (SELECT count(*) FROM outcomes WHERE undoes IS NULL) > 0 AS applied,
    (SELECT count(*) FROM outcomes WHERE undoes IS NULL AND verified IS NOT NULL) > 0 AS verified,
    (SELECT count(*)
        FROM stages m
        JOIN stages e ON e.stage = 'extract' AND e.collection = m.collection
        WHERE m.stage = 'match' AND m.input_digest <> e.digest) > 0 AS match_stale,
    (SELECT count(*)
        FROM stages p
        JOIN stages m ON m.stage = 'match' AND m.collection = p.collection
        WHERE p.stage = 'plan' AND p.input_digest <> m.digest) > 0 AS plan_stale
