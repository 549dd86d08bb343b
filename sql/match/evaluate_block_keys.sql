-- match/evaluate_block_keys.sql: the block keys of each record, a number for each rule and key.
-- reads: features
-- writes: nothing
-- params: collection
-- grain: one key of one rule of one record
--
-- A hash stands for the key: only its equality counts, and sixty-four bits of it take a tenth of the text's memory.
WITH by_rule AS (
    SELECT
        rid,
        generate_subscripts(block_keys, 1) AS rule,
        unnest(block_keys) AS keys
    FROM features
    WHERE collection = $collection
),

by_key AS (
    SELECT
        rid,
        rule,
        unnest(string_split(keys, chr(31))) AS key
    FROM by_rule
)

SELECT DISTINCT
    rid,
    hash(rule, key) AS key_number
FROM by_key
WHERE key <> ''
ORDER BY
    rid,
    key_number
