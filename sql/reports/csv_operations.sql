-- reports/csv_operations.sql: the plan's operations and withheld records with what became of them, for operations.csv
-- reads: operations, outcomes
-- writes: nothing
-- params:
-- grain: one operation or withheld record of the latest plan
--
-- A withheld record stands in the plan's line alone: which it is, the reason as a word to filter by, and in a sentence.
SELECT
    o.seq,
    o.op_id,
    o.level,
    o.type,
    o.collection,
    o.cluster_id,
    o.target_key,
    CASE WHEN o.type = 'withheld' THEN json_extract_string(o.operation, '$.record') END AS record_key,
    CASE WHEN o.type = 'withheld' THEN json_extract_string(o.operation, '$.withheld') END AS withheld,
    concat_ws(' ', o.method, o.path) AS request,
    o.body,
    array_to_string(list_sort(o.hazards), ' ') AS hazards,
    coalesce(CASE WHEN o.type = 'withheld' THEN nullif(json_extract_string(o.operation, '$.reason.text'), '') END, o.reason) AS reason,
    u.outcome,
    u.status AS http_status,
    u.detail AS outcome_detail,
    u.verified,
    u.difference
FROM operations o
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
ORDER BY o.seq, o.op_id
