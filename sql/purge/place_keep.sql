-- purge/place_keep.sql: remember a file that was written from the workspace.
-- reads: nothing
-- writes: places
-- params: kind, path, sha256
-- grain: one file
INSERT INTO places (kind, path, sha256)
VALUES ($kind, $path, $sha256)
