-- purge/held.sql: how much of persons the workspace holds.
-- reads: records, pages, links, rejected_rows, edges, operations, decisions, field_decisions
-- writes: nothing
-- params:
-- grain: one row
SELECT
    (SELECT count(*) FROM records) AS records,
    (SELECT count(*) FROM pages) AS pages,
    (SELECT count(*) FROM links) + (SELECT count(*) FROM rejected_rows) + (SELECT count(*) FROM edges) + (SELECT count(*) FROM operations) AS others,
    (SELECT count(*) FROM decisions) + (SELECT count(*) FROM field_decisions) AS decisions
