-- reports/csv_quality.sql: how well each field is filled, source by source, for quality.csv
-- reads: quality
-- writes: nothing
-- params:
-- grain: one field of one collection of one source
SELECT
    source,
    collection,
    field,
    records,
    filled,
    round(filled / records, 4) AS fill_rate,
    distinct_values,
    top_values[1].value AS top_value,
    top_values[1].n AS top_count,
    array_to_string(list_transform(top_values, lambda v: v.value || ' (' || v.n || ')'), '; ') AS top_values,
    placeholders AS placeholder_like,
    malformed,
    malformed_example
FROM quality
ORDER BY source, collection, position
