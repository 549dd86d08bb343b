-- purge/place_forget.sql: forget a file, because it is written anew or was removed.
-- reads: nothing
-- writes: places
-- params: path
-- grain: one file
DELETE FROM places WHERE path = $path
