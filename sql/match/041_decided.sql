-- match/041_decided.sql: whether people have judged anything, what was undone included, and whether records have another number
-- than when they were matched.
-- reads: decisions, clusters, records
-- writes: nothing
-- params:
-- grain: one row
SELECT
    EXISTS (SELECT 1 FROM decisions) AS decided,
    EXISTS (
        SELECT 1
        FROM clusters
        LEFT JOIN records ON records.rid = clusters.rid
        WHERE EXISTS (SELECT 1 FROM decisions)
            AND records.key IS DISTINCT FROM clusters.key
    ) AS renumbered
