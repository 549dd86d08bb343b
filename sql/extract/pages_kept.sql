-- extract/pages_kept.sql: the pages kept of one sweep with their records, a few pages at a time, in the order of offsets
-- reads: pages, page_records
-- writes: nothing
-- params: source, collection, sweep, from
-- grain: one record of one page; one row without a record for a page that has none
WITH few AS (
    SELECT
        skip,
        top,
        rows_got,
        total,
        more,
        served_at,
        fetched_at
    FROM pages
    WHERE source = $source
        AND collection = $collection
        AND sweep = $sweep
        AND skip >= $from
        AND body IS NOT NULL
    ORDER BY skip
    LIMIT 64
),

held AS (
    SELECT
        place,
        raw
    FROM page_records
    WHERE source = $source
        AND collection = $collection
        AND sweep = $sweep
        AND place >= $from
        AND place < (SELECT max(skip + rows_got) FROM few)
)

SELECT
    few.skip,
    coalesce(few.top, 0) AS top,
    few.rows_got,
    coalesce(few.total, -1) AS total,
    coalesce(few.more, false) AS more,
    coalesce(few.served_at, few.fetched_at) AS served_at,
    held.raw
FROM few
LEFT JOIN held
    ON held.place >= few.skip
        AND held.place < few.skip + few.rows_got
ORDER BY
    few.skip,
    held.place;
