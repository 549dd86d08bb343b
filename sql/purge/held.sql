-- purge/held.sql: how much of persons the workspace holds.
-- reads: records, pages, links, rejected_rows, vanished_records, unread_records, edges, operations, decisions, field_decisions, samples
-- writes: nothing
-- params:
-- grain: one row; named counts what the decisions of people and audits say of records that they name by their IDs
SELECT
    (SELECT count(*) FROM records) AS records,
    (SELECT count(*) FROM pages) AS pages,
    (SELECT count(*) FROM links) + (SELECT count(*) FROM rejected_rows) + (SELECT count(*) FROM vanished_records) + (SELECT count(*) FROM unread_records) + (SELECT count(*) FROM edges) + (SELECT count(*) FROM operations) AS others,
    (SELECT count(*) FROM decisions) + (SELECT count(*) FROM field_decisions) AS decisions,
    (SELECT count(*) FROM decisions WHERE left_key NOT LIKE '~%' OR right_key NOT LIKE '~%' OR why <> '')
    + (SELECT count(*) FROM field_decisions WHERE provider <> '' OR why <> '')
    + (SELECT count(*) FROM samples WHERE key NOT LIKE '~%') AS named
