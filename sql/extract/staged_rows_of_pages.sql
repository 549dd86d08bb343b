-- extract/staged_rows_of_pages.sql: cuts raw pages into rows
-- reads: pages
-- writes: staged_rows
-- params: source, collection, value, sweep, first_skip, last_skip
-- grain: one element of the collection's array of one page
--
-- $value is the JSON path of the collection, $."people"; a singular resource (company) is an object there. A page's body is parsed once; its rows stay JSON text,
-- so that a field unknown today is there tomorrow.
-- A few pages at a time: the engine takes 2,048 rows at once, whatever their length. A row's place grows with the sweep, so that the latest of a record stays.
INSERT INTO staged_rows (
    source,
    collection,
    place,
    raw
)
WITH elements AS (
    SELECT
        sweep * 1000000000000 + skip AS skip,
        body,
        json_extract(body, $value || '[*]') AS listed
    FROM pages
    WHERE source = $source
        AND collection = $collection
        AND body IS NOT NULL
        AND sweep = $sweep
        AND skip BETWEEN $first_skip AND $last_skip
),

elements_of_page AS (
    SELECT
        skip,
        CASE
            WHEN len(listed) > 0 THEN listed
            WHEN json_type(body, $value) = 'OBJECT' THEN [json_extract(body, $value)]
        END AS rows_of_page
    FROM elements
),

numbered AS (
    SELECT
        skip,
        unnest(range(len(rows_of_page)::BIGINT)) AS position,
        unnest(rows_of_page) AS raw
    FROM elements_of_page
)

SELECT
    $source AS source,
    $collection AS collection,
    skip + position AS place,
    raw::VARCHAR AS raw
FROM numbered;
