-- purge/places.sql: the files that were written from the workspace.
-- reads: places
-- writes: nothing
-- params:
-- grain: one file
SELECT
    kind,
    path,
    sha256
FROM places
ORDER BY path
