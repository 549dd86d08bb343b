-- reports/csv_operations.sql: the plan's operations and withheld records with what became of them, for operations.csv
-- reads: operations, outcomes
-- writes: nothing
-- params:
-- grain: one operation or withheld record of the latest plan
--
-- A withheld record stands in the plan's line alone: which it is, the reason as a word to filter by, and in a sentence.
WITH undone AS (
    -- Of several undos (one cluster, then the whole plan) the first that took the operation back, else the latest word.
    SELECT
        undoes,
        op_id,
        outcome,
        finished_at
    FROM outcomes
    WHERE undoes IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY undoes, op_id
        ORDER BY outcome IN ('ok', 'done') DESC, CASE WHEN outcome IN ('ok', 'done') THEN finished_at END, finished_at DESC
    ) = 1
)
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
    u.tries,
    u.request_sha256,
    u.sent_at,
    u.finished_at AS answered_at,
    u.status AS http_status,
    u.uuid AS answered_by,
    u.detail AS outcome_detail,
    u.verified,
    u.difference,
    n.outcome AS undo_outcome,
    n.finished_at AS undone_at
FROM operations o
LEFT JOIN outcomes u ON u.plan_id = o.plan_id AND u.op_id = o.op_id
LEFT JOIN undone n ON n.undoes = o.plan_id AND n.op_id = 'undo-' || o.op_id
ORDER BY o.seq, o.op_id
