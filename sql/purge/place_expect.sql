-- purge/place_expect.sql: remember a file that is about to be written, unless it is known.
-- reads: places
-- writes: places
-- params: kind, path
-- grain: one file; its digest is '' until it is written
INSERT INTO places (kind, path, sha256)
SELECT
    $kind AS kind,
    $path AS path,
    '' AS sha256
WHERE NOT EXISTS (SELECT 1 FROM places WHERE path = $path)
