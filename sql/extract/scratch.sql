-- extract/scratch.sql: makes the scratch tables of one extraction but staged_rows, and what it cleans values with
-- reads: nothing
-- writes: staged_records, staged_links, empty
-- params:
-- grain: one statement a table
--
-- They belong to the connection: nothing of them gets into the workspace, and what memory cannot hold goes to the
-- engine's temporary files, uncompressed.

-- grain: one staged row and the record that it makes, in the order of collection, key, source, place.
CREATE OR REPLACE TEMP TABLE staged_records (
    number BIGINT,                     -- of the record within its collection, from 1; NULL when the row makes none
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    place BIGINT NOT NULL,
    key VARCHAR,                       -- text form of the own ID; NULL when the row names no record
    provider VARCHAR,                  -- the own ID's parts
    realm VARCHAR,
    id VARCHAR,
    ids VARCHAR,                       -- the id array as JSON, incomplete entries and all
    birth_date VARCHAR,                -- as given
    raw VARCHAR NOT NULL,
    source_row VARCHAR
);

-- grain: one line of a crosswalk as read.
CREATE OR REPLACE TEMP TABLE staged_links (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    left_provider VARCHAR NOT NULL,
    left_realm VARCHAR NOT NULL,
    left_id VARCHAR NOT NULL,
    right_provider VARCHAR NOT NULL,
    right_realm VARCHAR NOT NULL,
    right_id VARCHAR NOT NULL
);

-- grain: one row of a file as read, each file under the number of its run.
CREATE OR REPLACE TEMP TABLE staged_lines (
    run BIGINT NOT NULL,
    place BIGINT NOT NULL,             -- line of the file; of a JSON array or a Parquet file the number of the record
    line VARCHAR NOT NULL              -- JSON object; of a CSV file, its columns that are not empty
);

-- grain: one row of a file that is not loaded.
CREATE OR REPLACE TEMP TABLE staged_rejected (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    line BIGINT NOT NULL,
    kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    text VARCHAR NOT NULL
);

-- The entries of an id array that lack no part.
CREATE OR REPLACE TEMP MACRO whole_ids(ids) AS
list_filter(
    json_transform(ids, '[{"provider": "VARCHAR", "realm": "VARCHAR", "id": "VARCHAR"}]'),
    lambda e: e.provider <> '' AND e.realm <> '' AND e.id <> ''
);

-- The hub's own ID of a record, of what stands in its `id` and its channel: the entry of the hub's, or the plain text. Of
-- several the smallest, so that the order of an array decides nothing. NULL when there is none.
CREATE OR REPLACE TEMP MACRO hub_id(ids, channel) AS
coalesce(
    list_min(list_filter(whole_ids(ids), lambda e: e.provider = 'connec')),
    CASE
        WHEN json_type(ids) NOT IN ('ARRAY', 'OBJECT', 'NULL') AND json_extract_string(ids, '$') <> '' AND channel <> ''
            THEN {'provider': 'connec', 'realm': channel, 'id': json_extract_string(ids, '$')}
    END
);

-- A value without the blanks, line breaks and no-break spaces around it; NULL when nothing or {} is left. Few values
-- have any, and to look for them is five times as fast as to trim.
CREATE OR REPLACE TEMP MACRO cleaned(value) AS
CASE
    WHEN regexp_matches(value, '^[\s\x{a0}]|[\s\x{a0}]$|^$|^\{\}$')
        THEN nullif(nullif(trim(value, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), ''), '{}')
    ELSE value
END;
