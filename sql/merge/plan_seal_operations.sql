-- merge/plan_seal_operations.sql: give the rows the plan's digest, once it is known, and numbers without gaps
-- reads: operations
-- writes: operations
-- params: plan_id
-- grain: one operation or withheld record
UPDATE operations
SET
    plan_id = $plan_id,
    seq = numbered.seq
FROM (
    SELECT
        op_id,
        row_number() OVER (ORDER BY seq) AS seq
    FROM operations
) AS numbered
WHERE operations.op_id = numbered.op_id
