-- extract/page_keep.sql: keeps one page as received, or the fingerprint of one file
-- reads: nothing
-- writes: pages
-- params: source, collection, sweep, skip, top, rows_got, body, sha256, fetched_at, served_at, total, more
-- grain: one row
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
VALUES (
    $source,
    $collection,
    $sweep,
    $skip,
    $top,
    $rows_got,
    $body,
    $sha256,
    $fetched_at,
    $served_at,
    $total,
    $more
);
