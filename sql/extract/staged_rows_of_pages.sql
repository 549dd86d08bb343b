-- extract/staged_rows_of_pages.sql: cuts raw pages into rows
-- reads: pages
-- writes: staged_rows
-- params: source, collection, value, from_sweep
-- grain: one element of the collection's array of one page
--
-- $value is the JSON path of the collection, $."people"; a singular resource (company) is an object there. A page's body is parsed once; its rows stay JSON text,
-- so that a field unknown today is there tomorrow.
-- Pages of sweeps before $from_sweep are left out. A row's place grows with the sweep, so that the latest of a record stays.
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
        AND sweep >= $from_sweep
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
