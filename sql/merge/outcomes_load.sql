-- merge/outcomes_load.sql: each operation's latest outcome, out of the journal
-- reads: the journal file at $journal
-- writes: outcomes
-- params: journal, plan
-- grain: one operation of the plan that has an outcome
--
-- The journal is the truth, this table is its copy for reports: it can be made again at any time, in any workspace.
-- What verify found is kept for as long as the outcome that it looked at is the latest.
MERGE INTO outcomes AS o
USING (
    SELECT
        j.op AS op_id,
        j.outcome,
        j.status,
        j.uuid,
        CAST(j."at" AS TIMESTAMP) AS finished_at,
        coalesce(j.detail, '') AS detail
    FROM read_json(
        $journal,
        format = 'newline_delimited',
        columns = {
            seq: 'BIGINT',
            kind: 'VARCHAR',
            op: 'VARCHAR',
            outcome: 'VARCHAR',
            status: 'INTEGER',
            uuid: 'VARCHAR',
            "at": 'VARCHAR',
            detail: 'VARCHAR'
        }
    ) AS j
    WHERE j.kind = 'outcome'
    QUALIFY row_number() OVER (PARTITION BY j.op ORDER BY j.seq DESC) = 1
) AS n
ON o.plan_id = $plan AND o.op_id = n.op_id
WHEN MATCHED AND (o.outcome <> n.outcome OR o.finished_at <> n.finished_at) THEN UPDATE SET
    outcome = n.outcome,
    status = n.status,
    uuid = n.uuid,
    finished_at = n.finished_at,
    detail = n.detail,
    verified = NULL,
    difference = NULL
WHEN NOT MATCHED THEN INSERT (plan_id, op_id, outcome, status, uuid, finished_at, detail, verified, difference)
VALUES ($plan, n.op_id, n.outcome, n.status, n.uuid, n.finished_at, n.detail, NULL, NULL);
