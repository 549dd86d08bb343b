-- extract/staged_rows.sql: makes the scratch table of rows, or empties it
-- reads: nothing
-- writes: staged_rows, empty
-- params:
-- grain: one row of one source as received
--
-- Like the other scratch tables it belongs to the connection. Made anew it gives its space back at once, which rows that
-- are deleted do not.
CREATE OR REPLACE TEMP TABLE staged_rows (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    place BIGINT NOT NULL,             -- unique within source and collection: offset in the collection, or number of the row read
    raw VARCHAR NOT NULL,              -- as in records
    source_row VARCHAR,                -- as in records
    provider VARCHAR,                  -- the own ID's parts, for a file with a mapping; NULL when raw holds the own ID
    realm VARCHAR,
    id VARCHAR
);
