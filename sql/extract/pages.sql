-- extract/pages.sql: keeps pages as received, but for their records, or the fingerprint of a file
-- reads: rows()
-- writes: pages
-- params: source, collection, sweep
-- rows: skip BIGINT, top BIGINT, rows_got BIGINT, body VARCHAR, sha256 VARCHAR, fetched_at BIGINT, served_at BIGINT, total BIGINT, more BOOLEAN
-- grain: one page; times are microseconds since 1970
INSERT INTO pages (
    source,
    collection,
    sweep,
    skip,
    top,
    rows_got,
    body,
    sha256,
    fetched_at,
    served_at,
    total,
    more
)
SELECT
    $source AS source,
    $collection AS collection,
    $sweep AS sweep,
    skip,
    top,
    rows_got,
    body,
    sha256,
    make_timestamp(fetched_at) AS fetched_at,
    make_timestamp(served_at) AS served_at,
    total,
    more
FROM rows();
