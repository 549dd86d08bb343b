-- extract/page_keep.sql: keeps one page as received, or the fingerprint of one file
-- reads: nothing
-- writes: pages
-- params: source, collection, skip, top, rows_got, body, sha256, fetched_at, total, more
-- grain: one row
INSERT INTO pages (
    source,
    collection,
    skip,
    top,
    rows_got,
    body,
    sha256,
    fetched_at,
    total,
    more
)
VALUES (
    $source,
    $collection,
    $skip,
    $top,
    $rows_got,
    $body,
    $sha256,
    $fetched_at,
    $total,
    $more
);
