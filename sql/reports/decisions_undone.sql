-- reports/decisions_undone.sql: what people decided and took back.
-- reads: decided
-- writes: nothing
-- params:
-- grain: one decision that was undone
WITH undone AS (
    SELECT *
    FROM decided
    WHERE withdrawn_at IS NOT NULL
),

named AS (
    SELECT *
    FROM records_named((
        SELECT list({'collection': collection, 'name': name})
        FROM (
            SELECT collection, record AS name FROM undone
            UNION
            SELECT collection, other AS name FROM undone WHERE other <> ''
        )))
)

SELECT
    u.collection,
    u.kind,
    u.record,
    u.other,
    u.field,
    u.who,
    u.decided_at,
    u.why,
    coalesce(CASE WHEN u.kind IN ('survivor', 'value') THEN r.hub_key ELSE r.key END, '') AS record_key,
    coalesce(o.key, '') AS other_key
FROM undone AS u
LEFT JOIN named AS r
    ON u.collection = r.collection
    AND u.record = r.name
LEFT JOIN named AS o
    ON u.collection = o.collection
    AND u.other = o.name
