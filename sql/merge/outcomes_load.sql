-- merge/outcomes_load.sql: each operation's latest outcome and what was sent for it, out of the journal
-- reads: the journal file at $journal
-- writes: outcomes
-- params: journal, plan, undoes
-- grain: one operation of the plan that the journal names
--
-- The journal is the truth, this table is its copy for reports: it can be made again at any time, in any workspace.
-- An intent that no outcome follows was sent, or was about to be, by a run that was killed: its outcome is unknown.
-- What verify found is kept for as long as the outcome that it looked at is the latest.
MERGE INTO outcomes AS o
USING (
    SELECT
        j.op AS op_id,
        CASE WHEN arg_max(j.kind, j.seq) = 'intent' THEN 'unknown' ELSE arg_max(j.outcome, j.seq) END AS outcome,
        CAST(arg_max_null(j.status, j.seq) FILTER (WHERE j.kind = 'outcome') AS INTEGER) AS status,
        arg_max_null(j.uuid, j.seq) FILTER (WHERE j.kind = 'outcome') AS uuid,
        CAST(count(*) FILTER (WHERE j.kind = 'intent') AS INTEGER) AS tries,
        arg_max(j.request_sha256, j.seq) FILTER (WHERE j.kind = 'intent') AS request_sha256,
        CAST(arg_min(j."at", j.seq) FILTER (WHERE j.kind = 'intent') AS TIMESTAMP) AS sent_at,
        CAST(arg_max(j."at", j.seq) AS TIMESTAMP) AS finished_at,
        CASE
            WHEN arg_max(j.kind, j.seq) = 'intent' THEN 'sent, the answer is not known: apply again reads the target first'
            ELSE coalesce(arg_max_null(j.detail, j.seq) FILTER (WHERE j.kind = 'outcome'), '')
        END AS detail
    FROM read_json(
        $journal,
        format = 'newline_delimited',
        ignore_errors = true, -- a torn last line; the reader of the journal has checked all others
        columns = {
            seq: 'BIGINT',
            kind: 'VARCHAR',
            op: 'VARCHAR',
            outcome: 'VARCHAR',
            status: 'INTEGER',
            uuid: 'VARCHAR',
            "at": 'VARCHAR',
            request_sha256: 'VARCHAR',
            detail: 'VARCHAR'
        }
    ) AS j
    WHERE j.op IS NOT NULL
    GROUP BY j.op
) AS n
ON o.plan_id = $plan AND o.op_id = n.op_id
WHEN MATCHED AND (o.outcome <> n.outcome OR o.finished_at <> n.finished_at) THEN UPDATE SET
    outcome = n.outcome,
    status = n.status,
    uuid = n.uuid,
    tries = n.tries,
    request_sha256 = n.request_sha256,
    sent_at = n.sent_at,
    finished_at = n.finished_at,
    detail = n.detail,
    verified = NULL,
    difference = NULL
WHEN NOT MATCHED THEN INSERT (plan_id, op_id, undoes, outcome, status, uuid, tries, request_sha256, sent_at, finished_at, detail, verified, difference)
VALUES ($plan, n.op_id, nullif($undoes, ''), n.outcome, n.status, n.uuid, n.tries, n.request_sha256, n.sent_at, n.finished_at, n.detail, NULL, NULL);
