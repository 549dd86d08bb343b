-- schema.sql: the workspace, one DuckDB file; the contract between the stages.
-- reads: nothing
-- writes: every table below, empty
-- params:
-- grain: one statement a table; the owner stage, named above each table, is the only one that writes it
--
-- Stages meet here and nowhere else. A record is numbered by rid inside the workspace only; outside it is named
-- by its key: `provider/realm/id` of its own ID, "%" and "/" inside a part percent-encoded.

-- owner: the opener (sql/workspace.go). grain: one fact about the workspace (schema_version, tool_version).
CREATE TABLE IF NOT EXISTS meta (
    name VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL
);

-- owner: each stage writes its own rows. grain: the latest finished run of one stage over one collection.
-- A stage whose input_digest differs from the digest of the stage before it is stale. The row of inputs tells a match that
-- nothing changed since the last one: digest is that of all that it read, input_digest says how many rows it left in which
-- table, and config_digest is what it found, as JSON. That of evidence is the same without people's judgements and
-- the thresholds auto and attach; its input_digest is that of what the features were made of, its config_digest how many of
-- the model's warnings are the fit's own.
CREATE TABLE IF NOT EXISTS stages (
    stage VARCHAR NOT NULL,            -- extract | features | match | inputs | evidence | plan
    collection VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,           -- hex, over what the stage wrote for the collection, order-free
    input_digest VARCHAR NOT NULL,     -- digest of the stage before it when this one ran; '' for extract
    config_digest VARCHAR NOT NULL,    -- hex SHA-256 of the parts of the configuration that the stage used
    finished_at TIMESTAMP NOT NULL
);

-- owner: extract. grain: one run over one source and collection (a links source counts as one).
CREATE TABLE IF NOT EXISTS extractions (
    run BIGINT NOT NULL,
    source VARCHAR NOT NULL,
    source_type VARCHAR NOT NULL,      -- connec | file | links
    collection VARCHAR NOT NULL,
    endpoint VARCHAR,                  -- connec: base URL, no credentials; file, links: the path as configured
    group_id VARCHAR,                  -- connec only
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    total BIGINT,                      -- what the server reported last; NULL when it reported none
    rows_got BIGINT NOT NULL,          -- rows received, repeats included
    records BIGINT NOT NULL,           -- distinct records (or links) kept
    repeated BIGINT NOT NULL,          -- rows received a second time
    id_defects BIGINT NOT NULL,        -- id entries lacking a part, kept in raw only
    dangling_refs BIGINT NOT NULL,     -- references to a record of an extracted collection that was not found
    ids_checked BIGINT,                -- file, links: distinct IDs of this source that the hub could know
    ids_known BIGINT,                  -- of these, how many the hub does hold
    status VARCHAR NOT NULL,           -- running | complete | in_doubt | failed
    doubt VARCHAR,                     -- in words: exactly what is in doubt, and what to do
    skip BIGINT NOT NULL,              -- connec: offset of the next page to read, for the resume
    note VARCHAR,                      -- in words: what is worth knowing and puts nothing in doubt; NULL when nothing is
    mode VARCHAR NOT NULL DEFAULT 'full', -- full | incremental: only what changed since an earlier extraction was read
    first_sweep BIGINT NOT NULL DEFAULT 0, -- connec: the first sweep of this run; 0 of a full one
    counts_from BIGINT NOT NULL DEFAULT 0, -- connec: the first sweep whose pages make up the records, of this run or an earlier one
    since TIMESTAMP,                   -- incremental: since when it was asked for changes
    as_of TIMESTAMP,                   -- connec: by the server's clock; what it held then is here. NULL while nothing is proven
    ids_as_of TIMESTAMP,               -- connec: by the server's clock; when all IDs were last read and proven complete
    added BIGINT,                      -- incremental: records that are new; NULL of a full run
    changed BIGINT,                    -- incremental: records that are not as they were; NULL of a full run
    vanished BIGINT NOT NULL DEFAULT 0 -- records that this run found gone, see vanished_records
);

-- owner: extract. grain: one page as received, or one file read (body NULL). The extraction's own journal. Its records
-- stand in page_records: the engine writes a block of 122,880 rows anew whenever it grows, which of whole pages would
-- be all that was ever received.
CREATE TABLE IF NOT EXISTS pages (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    sweep BIGINT NOT NULL,             -- even: 0, 2, ... a pass over the whole collection, or over what changed since the extraction before;
                                       -- odd: what changed since the pass before it began, the count of an incremental run, records read by their IDs; 0 for a file
    skip BIGINT NOT NULL,              -- offset that was asked for; 0 for a file
    top BIGINT,                        -- page size that the server granted
    rows_got BIGINT NOT NULL,
    body VARCHAR,                      -- the answer, an empty list in the place of its records; NULL for a file
    sha256 VARCHAR NOT NULL,           -- hex, of the whole answer or of the file
    fetched_at TIMESTAMP NOT NULL,
    served_at TIMESTAMP,               -- by the server's clock, whole seconds; NULL when it gave none, and for a file
    total BIGINT,                      -- the server's count when it sent this page; NULL when it gave none
    more BOOLEAN                       -- whether the server said that another page follows; NULL for a file
);

-- owner: extract. grain: one record of one page, as received.
CREATE TABLE IF NOT EXISTS page_records (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    sweep BIGINT NOT NULL,             -- of its page
    place BIGINT NOT NULL,             -- its offset in the sweep: that of its page and its position there
    raw VARCHAR NOT NULL
);

-- owner: extract. grain: one record of one collection of one source.
CREATE TABLE IF NOT EXISTS records (
    rid BIGINT NOT NULL,               -- dense from 1 within the workspace, in the order of collection, key, source; never leaves it.
                                       -- Unique by construction (staged_records), tested; no index, which a kill in mid-write could leave unreadable
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    key VARCHAR NOT NULL,              -- own ID in its text form; unique within source and collection
    provider VARCHAR NOT NULL,         -- the own ID's parts: provider `connec` for a hub record
    realm VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    hub BOOLEAN NOT NULL,              -- the record is the hub's own (it holds a connec ID)
    channel_id VARCHAR,
    status VARCHAR,                    -- ACTIVE, INACTIVE, ARCHIVED as given; NULL when absent
    code VARCHAR,
    title VARCHAR,
    first_name VARCHAR,
    last_name VARCHAR,
    name VARCHAR,                      -- organizations and other named collections
    job_title VARCHAR,
    company_name VARCHAR,
    birth_date DATE,                   -- NULL when absent or unreadable (raw keeps it)
    reference VARCHAR,                 -- organizations: tax or registration number
    emails VARCHAR[],                  -- values that are not empty, in field order, as given
    websites VARCHAR[],
    landlines VARCHAR[],               -- people: phone_home; organizations: none
    work_phones VARCHAR[],             -- people: phone_work landlines; organizations: phone landlines
    mobiles VARCHAR[],                 -- any phone group's mobile numbers
    addresses STRUCT(kind VARCHAR, line1 VARCHAR, line2 VARCHAR, city VARCHAR, region VARCHAR, postal_code VARCHAR, country VARCHAR)[],
                                       -- those with any part, in the order home, work (people) and billing, billing2, shipping, shipping2; kind e.g. address_home.billing
    extra MAP(VARCHAR, VARCHAR),       -- field paths beyond these that the configuration names: path -> text
    is_lead BOOLEAN,
    created_at TIMESTAMP,
    updated_at TIMESTAMP,
    content_hash VARCHAR NOT NULL,     -- hex SHA-256 of what match reads; equal content, equal hash
    raw VARCHAR NOT NULL,              -- the record as JSON in Connec!'s shape, unknown fields and all
    source_row VARCHAR                 -- file sources with a mapping: the row as read, as JSON, without empty values
);

-- owner: extract. grain: one complete external ID of one record, its own and the hub's included; an ID listed twice counts once.
CREATE TABLE IF NOT EXISTS external_ids (
    rid BIGINT NOT NULL,
    collection VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    realm VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    position INTEGER NOT NULL          -- place in the id array, from 0
);

-- owner: extract. grain: one ID of one reference field of one record.
CREATE TABLE IF NOT EXISTS refs (
    rid BIGINT NOT NULL,
    collection VARCHAR NOT NULL,       -- of the record that refers
    path VARCHAR NOT NULL,             -- organization_id, lines/0/item_id, ...
    target_collection VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    realm VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    target_rid BIGINT                  -- the record meant; equal for all IDs of one reference. Of the extracted records that hold any of its IDs,
                                       -- those of the same source go first, then those whose own ID it is; NULL when no single one is left
);

-- owner: extract. grain: one line of a crosswalk: left = right, within one collection.
CREATE TABLE IF NOT EXISTS links (
    source VARCHAR NOT NULL,
    line BIGINT NOT NULL,              -- of the file, the header being line 1
    collection VARCHAR NOT NULL,
    left_provider VARCHAR NOT NULL,
    left_realm VARCHAR NOT NULL,
    left_id VARCHAR NOT NULL,
    right_provider VARCHAR NOT NULL,
    right_realm VARCHAR NOT NULL,
    right_id VARCHAR NOT NULL
);

-- owner: extract. grain: one record that an extraction held and that is gone: a later one of the same source and collection
-- read all and had it no more. One that comes back is taken out.
CREATE TABLE IF NOT EXISTS vanished_records (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    key VARCHAR NOT NULL,              -- as in records
    status VARCHAR,                    -- the last one known
    updated_at TIMESTAMP,              -- the last one known
    run BIGINT NOT NULL                -- the run that found it gone
);

-- owner: extract. grain: one record that an extraction held and a later one of the same source and collection did not read,
-- though it may be there: its row may be among those set aside, or on a page that did not come, or the file another source's.
-- One that comes back is taken out; what the next extraction that reads all has not is in vanished_records.
CREATE TABLE IF NOT EXISTS unread_records (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    key VARCHAR NOT NULL,              -- as in records
    status VARCHAR,                    -- the last one known
    updated_at TIMESTAMP,              -- the last one known
    run BIGINT NOT NULL                -- the first run that did not read it
);

-- owner: extract. grain: one row of a file that was not loaded.
CREATE TABLE IF NOT EXISTS rejected_rows (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    line BIGINT NOT NULL,              -- of the file, from 1; of a JSON array or a Parquet file the number of the record
    kind VARCHAR NOT NULL,             -- fields | quote | long | bytes | json | no_id | mangled_id | same_id | link | footer
    reason VARCHAR NOT NULL,           -- in words
    text VARCHAR NOT NULL              -- the row as read; bytes that are no text as U+FFFD, NUL as U+2400
);

-- owner: extract. grain: one field of one collection of one source, as it stood after the latest extraction.
CREATE TABLE IF NOT EXISTS quality (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    position INTEGER NOT NULL,         -- of the field, for display
    field VARCHAR NOT NULL,            -- a list field is counted by its first value
    records BIGINT NOT NULL,
    filled BIGINT NOT NULL,
    distinct_values BIGINT NOT NULL,
    top_values STRUCT(value VARCHAR, n BIGINT)[] NOT NULL, -- the five commonest, ties by value
    placeholders BIGINT NOT NULL,      -- records whose value looks typed to get past a form
    malformed BIGINT NOT NULL,         -- records whose value is none of the field's; placeholders are not counted again
    malformed_example VARCHAR          -- the smallest such value; NULL when there is none
);

-- owner: extract. grain: one ordered pair of applications within one collection of one source; an application with itself
-- counts what it knows at all.
CREATE TABLE IF NOT EXISTS id_coverage (
    source VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,
    realm VARCHAR NOT NULL,
    other_provider VARCHAR NOT NULL,
    other_realm VARCHAR NOT NULL,
    both_know BIGINT NOT NULL,         -- records that bear an ID of each
    ids_shared BIGINT NOT NULL,        -- IDs of the first that several records of the source bear
    most_records BIGINT NOT NULL,      -- on how many the most shared one stands
    most_shared VARCHAR                -- that ID; NULL when none is shared
);

-- owner: match. grain: one record's normalised values. What they were made of, and how, is in stages.
-- In the tables that matching fills by the million, a text is kept uncompressed where finding out how to compress it took
-- longer than writing it, and as a dictionary where that is what was found out. A word of which there are a few is an ENUM:
-- as a text it is checked, counted and looked up row by row. Workspaces that have texts there are read and written alike.
CREATE TABLE IF NOT EXISTS features (
    rid BIGINT NOT NULL,
    collection ENUM ('organizations', 'people') NOT NULL,
    vals VARCHAR NOT NULL USING COMPRESSION uncompressed -- one text per field of the model, in its order, joined by U+001D; '' = missing; several values joined by U+001F.
                                       -- Block keys are made of them
);

-- owner: match. grain: one fitted model.
CREATE TABLE IF NOT EXISTS models (
    collection VARCHAR NOT NULL,
    model VARCHAR NOT NULL,            -- JSON of evidence.Model: fields, levels, m, u, weights, groups, prior, thresholds, how it was trained, warnings
    created_at TIMESTAMP NOT NULL
);

-- owner: match. grain: one blocking rule: what it found and what it cost.
CREATE TABLE IF NOT EXISTS blocking (
    collection VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    position INTEGER NOT NULL,         -- a pair is counted once, under its first rule
    keys BIGINT NOT NULL,              -- keys shared by two records or more
    largest BIGINT NOT NULL,           -- records under the largest key
    pairs BIGINT NOT NULL,             -- pairs compared under this rule first
    kept BIGINT NOT NULL,              -- of these, edges kept
    must_links_found BIGINT NOT NULL   -- of the pairs that IDs and crosswalks link and fields do not contradict, how many share a key of this rule or an
                                       -- earlier one; judgements do not count, since people judge what the rules found
);

-- owner: match. grain: one kept pair of records, key_a < key_b.
CREATE TABLE IF NOT EXISTS edges (
    collection ENUM ('organizations', 'people') NOT NULL,
    rid_a BIGINT NOT NULL,
    rid_b BIGINT NOT NULL,
    key_a VARCHAR NOT NULL USING COMPRESSION uncompressed,
    key_b VARCHAR NOT NULL USING COMPRESSION uncompressed,
    kind ENUM ('decision', 'fuzzy', 'link', 'shared_id') NOT NULL,             -- shared_id | link | fuzzy | decision
    via VARCHAR NOT NULL USING COMPRESSION dictionary,              -- shared_id: the ID's text form; link: source:line; fuzzy: the blocking rule; decision: its id
    levels VARCHAR USING COMPRESSION dictionary,                    -- comparison level per field of the model, in its order, between commas; 0 = missing; NULL when not scored
    tf VARCHAR USING COMPRESSION uncompressed, -- term-frequency adjustment per field in bits, likewise
    weight DOUBLE,                     -- total in bits, prior included; NULL when not scored
    probability DOUBLE                 -- 1/(1+2^-weight); a score unless calibrated
);

-- owner: match. grain: one record's cluster; every record that took part, alone or not.
CREATE TABLE IF NOT EXISTS clusters (
    collection ENUM ('organizations', 'people') NOT NULL,
    rid BIGINT NOT NULL,
    key VARCHAR NOT NULL USING COMPRESSION uncompressed,
    cluster_id VARCHAR NOT NULL USING COMPRESSION uncompressed, -- formed of must-links and edges at or above auto
    tier VARCHAR NOT NULL USING COMPRESSION dictionary,             -- single | auto | review (taken out of auto: see conflicts); equal for all of a cluster
    review_id VARCHAR NOT NULL USING COMPRESSION uncompressed -- the wider cluster formed at the review threshold; equal for all of a cluster_id
);

-- owner: match. grain: one cluster_id that was ever given in the collection; no ID is given twice.
CREATE TABLE IF NOT EXISTS cluster_names (
    collection ENUM ('organizations', 'people') NOT NULL,
    number BIGINT NOT NULL,            -- the ID's among all of the collection, from 0 without a gap; it stays the ID's
    cluster_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
    assigned BIGINT NOT NULL,          -- in which matching of the collection it was given, from 1
    successor VARCHAR                  -- the cluster that its cluster was merged into; NULL while it stands, or when all its IDs are gone
);

-- owner: match. grain: one external ID that told a cluster when it was matched last; what cluster IDs are inherited by.
CREATE TABLE IF NOT EXISTS cluster_keys (
    collection ENUM ('organizations', 'people') NOT NULL,
    id_hash UBIGINT NOT NULL,          -- of an external ID that the cluster alone carries, or that is the own one of a record of it
    cluster BIGINT NOT NULL            -- the number of the cluster's ID in cluster_names
);

-- owner: match. grain: one cluster of two records or more (by cluster_id).
CREATE TABLE IF NOT EXISTS cluster_stats (
    collection ENUM ('organizations', 'people') NOT NULL,
    cluster_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
    tier VARCHAR NOT NULL USING COMPRESSION dictionary,
    size BIGINT NOT NULL,
    hub_records BIGINT NOT NULL,
    edges BIGINT NOT NULL,
    weakest DOUBLE,                    -- weight in bits of the weakest edge of the maximum spanning tree; NULL when it is made by IDs alone
    density DOUBLE NOT NULL,           -- edges / all pairs inside
    bridges BIGINT NOT NULL,           -- edges whose loss splits the cluster
    by_ids BOOLEAN NOT NULL,           -- must-links alone hold it together
    reason VARCHAR NOT NULL USING COMPRESSION uncompressed -- in words, why these are held to be one
);

-- owner: match. grain: one merge that was refused or taken out of auto, or a guard that fired.
CREATE TABLE IF NOT EXISTS conflicts (
    collection VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,             -- hub_value | link_contradicted | link_source_off | cannot_link | id_contradiction | echo | ambiguous | veto | weak_bridge | large_cluster | oversized_block | placeholder | suppressed | decision_conflict | link_overruled | judged_different ...
    cluster_id VARCHAR,
    other_cluster_id VARCHAR,          -- when the conflict stands between two clusters
    key_a VARCHAR,                     -- the records or IDs concerned, when two
    key_b VARCHAR,
    provider VARCHAR,
    realm VARCHAR,
    weight DOUBLE,                     -- of the pair, in bits, when scored
    detail VARCHAR NOT NULL USING COMPRESSION uncompressed -- one sentence: what, why, and what to do
);

-- owner: reports (the review page). grain: one judgement of a person, keyed by external IDs so that it outlives an extraction.
-- Of two that stand on one pair the later counts. What is undone stays, marked.
CREATE TABLE IF NOT EXISTS decisions (
    collection VARCHAR NOT NULL,
    left_key VARCHAR NOT NULL,
    right_key VARCHAR NOT NULL,
    judgement VARCHAR NOT NULL,        -- same | different
    who VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    why VARCHAR NOT NULL,
    act BIGINT NOT NULL,               -- the answer that it is part of, which is undone as a whole; 0 for what came from a file
    withdrawn_at TIMESTAMP             -- UTC, when it was undone, or another answer took its place; NULL while it stands
);

-- owner: reports (the review page). grain: one decision of a person on the record that survives, or on one field: of
-- records that are merged the value of this one survives. Of two that stand on one field the later counts.
CREATE TABLE IF NOT EXISTS field_decisions (
    collection VARCHAR NOT NULL,
    provider VARCHAR NOT NULL,         -- an external ID of the record
    realm VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,            -- field path, a group of fields, the beginning of paths such as email; survivor: the record itself
    who VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    why VARCHAR NOT NULL,
    act BIGINT NOT NULL,               -- as in decisions
    withdrawn_at TIMESTAMP
);

-- read by merge and reports. grain: one external ID; its text form, by which records and IDs are named outside the workspace.
CREATE MACRO IF NOT EXISTS id_text(provider, realm, id) AS
    replace(replace(provider, '%', '%25'), '/', '%2F') || '/'
    || replace(replace(realm, '%', '%25'), '/', '%2F') || '/'
    || replace(replace(id, '%', '%25'), '/', '%2F');

-- read by match, merge and reports: which records are meant by their names. grain: one of the names, a list of {collection,
-- name}, name being an ID in text form; key is that of the record, or NULL when no record bears the ID. hub_key is that of
-- the record of the hub that is meant where only one of those can be, else key.
--
-- A record is named by its own ID, or else by one that it bears: so a decision holds when its record was merged away and
-- another one bears its ID. Of several bearers the only one of the hub is meant, or none: they may be two things.
CREATE MACRO IF NOT EXISTS records_named(names) AS TABLE
    WITH asked AS (
        SELECT DISTINCT
            n.collection,
            n.name
        FROM (SELECT unnest(names) AS n)
    ),
    own AS (
        SELECT
            a.collection,
            a.name,
            min(r.key) AS key,
            min(r.key) FILTER (r.hub) AS hub_key
        FROM asked a
        JOIN records r ON r.collection = a.collection AND r.key = a.name
        GROUP BY ALL
    ),
    borne AS (
        SELECT
            a.collection,
            a.name,
            CASE 1
                WHEN count(DISTINCT r.key) FILTER (r.hub) THEN min(r.key) FILTER (r.hub)
                WHEN count(DISTINCT r.key) THEN min(r.key)
            END AS key,
            CASE count(DISTINCT r.key) FILTER (r.hub) WHEN 1 THEN min(r.key) FILTER (r.hub) END AS hub_key
        FROM (
            SELECT
                collection,
                name,
                replace(replace(split_part(name, '/', 3), '%2F', '/'), '%25', '%') AS id
            FROM asked
            ANTI JOIN (SELECT * FROM own WHERE hub_key IS NOT NULL) USING (collection, name)
        ) a
        JOIN external_ids e ON e.collection = a.collection AND e.id = a.id AND id_text(e.provider, e.realm, e.id) = a.name
        JOIN records r ON r.rid = e.rid
        GROUP BY ALL
    )
    SELECT
        a.collection,
        a.name,
        coalesce(o.key, b.key) AS key,
        coalesce(o.hub_key, b.hub_key, o.key, b.key) AS hub_key
    FROM asked a
    LEFT JOIN own o USING (collection, name)
    LEFT JOIN borne b USING (collection, name);

-- read by reports: decisions of either kind in one form, undone ones included. grain: one decision.
CREATE VIEW IF NOT EXISTS decided AS
SELECT
    collection,
    judgement AS kind,                 -- same | different | survivor | value
    left_key AS record,
    right_key AS other,                -- '' of survivor and value
    '' AS field,                       -- '' of all but value
    who,
    decided_at,
    why,
    act,
    withdrawn_at
FROM decisions
UNION ALL
SELECT
    collection,
    CASE field WHEN 'survivor' THEN 'survivor' ELSE 'value' END AS kind,
    CASE provider WHEN '' THEN id ELSE id_text(provider, realm, id) END AS record, -- a digest, after a purge, has an id alone
    '' AS other,
    CASE field WHEN 'survivor' THEN '' ELSE field END AS field,
    who,
    decided_at,
    why,
    act,
    withdrawn_at
FROM field_decisions;

-- read by match, merge and reports: what people decided and what stands. grain: one pair of records, or one record and field,
-- as decisions name them; of several decisions on it the latest, and of those of one time the first in the order of the
-- columns, so that which of them came into the workspace first does not matter. record_key and other_key are the keys of
-- the records that are meant (of the hub, where one survives or its value does); NULL when there is none any more, and of
-- other when the decision is on one record.
CREATE VIEW IF NOT EXISTS standing AS
WITH latest AS (
    SELECT *
    FROM decided
    WHERE withdrawn_at IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY collection, field, least(record, other), greatest(record, other)
        ORDER BY decided_at DESC, kind, who, why, record) = 1
),
named AS (
    SELECT *
    FROM records_named((
        SELECT list({'collection': collection, 'name': name})
        FROM (
            SELECT collection, record AS name FROM latest
            UNION
            SELECT collection, other AS name FROM latest WHERE other <> ''
        )))
)
SELECT
    l.*,
    CASE WHEN l.kind IN ('survivor', 'value') THEN r.hub_key ELSE r.key END AS record_key,
    o.key AS other_key
FROM latest l
LEFT JOIN named r ON r.collection = l.collection AND r.name = l.record
LEFT JOIN named o ON o.collection = l.collection AND o.name = l.other;

-- owner: match. grain: one file source of one collection that may lack records of its application: a row or a record of it is not
-- at hand, or the verdict on its latest finished extraction is in doubt. What it lacks is not gone.
CREATE VIEW IF NOT EXISTS incomplete_sources AS
SELECT collection, source FROM rejected_rows
UNION
SELECT collection, source FROM unread_records
UNION
SELECT
    collection,
    source
FROM (
    SELECT
        collection,
        source,
        status
    FROM extractions
    WHERE source_type = 'file'
        AND finished_at IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY collection, source ORDER BY run DESC) = 1
)
WHERE status <> 'complete';

-- read by merge and reports. grain: one ID's last part; whether it stands where none is known. NamesNothing of
-- internal/connec says the same of IDs that no workspace holds, and a test holds the two together.
CREATE MACRO IF NOT EXISTS names_nothing(id) AS
    regexp_matches(lower(trim(id)), '^(0*|-1|-+|\?+|n[./]?a\.?|none|nil|null|undefined|unknown|tba|test)$');

-- read by merge and reports: who knows whom. grain: one ID of an application that one record bears, or that a crosswalk
-- tells of it.
--
-- A crosswalk that is not off tells an ID of a record when no record bears that ID, it is told of the records of one cluster
-- alone, and that cluster is told no other of the same application. An ID is void when it is no identity: it stands where none is known, or match found it on more records
-- than can be one (conflict hub_value). It is dead when match found it gone from its application (conflict dead_id), or is told
-- only, and the application's own file lists its records, but not this one.
CREATE VIEW IF NOT EXISTS application_ids AS
WITH sided AS (
    SELECT source, collection, left_provider AS by_provider, left_realm AS by_realm, left_id AS by_id,
           right_provider AS provider, right_realm AS realm, right_id AS id
    FROM links
    UNION ALL
    SELECT source, collection, right_provider AS by_provider, right_realm AS by_realm, right_id AS by_id,
           left_provider AS provider, left_realm AS realm, left_id AS id
    FROM links
),
hub_values AS (
    SELECT DISTINCT
        collection,
        key_a AS id_key
    FROM conflicts
    WHERE kind = 'hub_value' AND key_a IS NOT NULL
),
dead_ids AS (
    SELECT DISTINCT
        collection,
        key_a AS id_key
    FROM conflicts
    WHERE kind = 'dead_id' AND key_a IS NOT NULL
),
telling AS (
    SELECT
        e.rid,
        s.collection,
        s.provider,
        s.realm,
        s.id,
        count(DISTINCT c.cluster_id) OVER (PARTITION BY s.collection, s.provider, s.realm, s.id) AS clusters,
        count(DISTINCT s.id) OVER (PARTITION BY c.cluster_id, s.provider, s.realm) AS ids
    FROM sided s
    JOIN external_ids e
        ON e.collection = s.collection AND e.provider = s.by_provider AND e.realm = s.by_realm AND e.id = s.by_id
    JOIN clusters c ON c.rid = e.rid
    ANTI JOIN (SELECT DISTINCT provider AS source FROM conflicts WHERE kind = 'link_source_off') off USING (source)
    ANTI JOIN hub_values v ON v.collection = s.collection AND v.id_key = id_text(s.by_provider, s.by_realm, s.by_id)
    WHERE s.provider <> 'connec' AND NOT names_nothing(s.by_id)
),
known AS (
    SELECT
        rid,
        collection,
        provider,
        realm,
        id,
        false AS told
    FROM external_ids
    WHERE provider <> 'connec'
    UNION ALL
    SELECT DISTINCT
        t.rid,
        t.collection,
        t.provider,
        t.realm,
        t.id,
        true AS told
    FROM telling t
    ANTI JOIN external_ids e USING (collection, provider, realm, id)
    WHERE t.clusters = 1 AND t.ids = 1
),
own AS (
    SELECT DISTINCT
        collection,
        provider,
        realm,
        id
    FROM records
    WHERE NOT hub
),
listed AS (
    SELECT DISTINCT
        collection,
        provider,
        realm
    FROM own
)
SELECT
    k.rid,
    k.collection,
    k.provider,
    k.realm,
    k.id,
    id_text(k.provider, k.realm, k.id) AS id_key,
    k.told,
    names_nothing(k.id) OR v.id_key IS NOT NULL AS void,
    d.id_key IS NOT NULL OR k.told AND l.collection IS NOT NULL AND o.collection IS NULL AS dead
FROM known k
LEFT JOIN hub_values v ON v.collection = k.collection AND v.id_key = id_text(k.provider, k.realm, k.id)
LEFT JOIN dead_ids d ON d.collection = k.collection AND d.id_key = id_text(k.provider, k.realm, k.id)
LEFT JOIN listed l ON l.collection = k.collection AND l.provider = k.provider AND l.realm = k.realm
LEFT JOIN own o ON o.collection = k.collection AND o.provider = k.provider AND o.realm = k.realm AND o.id = k.id;

-- read by reports: what a person looks at in one piece. grain: one cluster whose review item holds two records or more.
CREATE VIEW IF NOT EXISTS item_clusters AS
WITH items AS (
    SELECT
        collection,
        review_id
    FROM clusters
    GROUP BY
        collection,
        review_id
    HAVING count(*) > 1
)
SELECT DISTINCT
    collection,
    cluster_id,
    review_id
FROM clusters
SEMI JOIN items USING (collection, review_id);

-- owner: merge. grain: one record that a plan may write or must account for; scratch, empty when no plan is made.
CREATE TABLE IF NOT EXISTS plan_members (
    place BIGINT NOT NULL,             -- of its cluster, in the order of cluster IDs; of a loose record, in the order of keys
    loose BOOLEAN NOT NULL,            -- an application's record that no auto cluster holds
    rid BIGINT NOT NULL,
    cluster_id VARCHAR NOT NULL,
    review_id VARCHAR NOT NULL,
    tier VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,           -- the cluster's, in words
    key VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    hub BOOLEAN NOT NULL,
    status VARCHAR,
    channel VARCHAR,
    created VARCHAR,
    birth_date VARCHAR,
    reference VARCHAR,
    refs_in BIGINT NOT NULL,           -- references of hub records to it
    kinds VARCHAR NOT NULL,            -- conflicts that name it or, of a loose one, its cluster, between commas
    company BOOLEAN NOT NULL,          -- its review cluster is wider than its cluster
    candidate VARCHAR,                 -- the smallest hub record of its review cluster; of an application's record that meets a hub record in
                                       -- neither, that of the strongest pair at or above review, or refused, between its cluster and another
    with_raw BOOLEAN NOT NULL          -- its fields are read: it stands in plan_raws
);

-- owner: merge. grain: one record of plan_members whose fields are read; scratch likewise.
CREATE TABLE IF NOT EXISTS plan_raws (
    place BIGINT NOT NULL,             -- of plan_members
    loose BOOLEAN NOT NULL,
    rid BIGINT NOT NULL,
    raw VARCHAR NOT NULL
);

-- owner: merge. grain: one ID of one record of plan_members, the hub's own included; scratch likewise.
CREATE TABLE IF NOT EXISTS plan_ids (
    place BIGINT NOT NULL,             -- of plan_members
    loose BOOLEAN NOT NULL,
    rid BIGINT NOT NULL,
    provider VARCHAR NOT NULL,
    realm VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    holders BIGINT NOT NULL,           -- hub records of the collection that bear it
    dead BOOLEAN NOT NULL,             -- see application_ids
    void BOOLEAN NOT NULL,
    told BOOLEAN NOT NULL
);

-- owner: merge. grain: one edge inside a cluster of plan_members; scratch likewise.
CREATE TABLE IF NOT EXISTS plan_bonds (
    place BIGINT NOT NULL,             -- of the cluster
    key_a VARCHAR NOT NULL,
    key_b VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    probability DOUBLE
);

-- owner: merge. grain: one reference field of one hub record to a hub record that shares its cluster; scratch likewise.
CREATE TABLE IF NOT EXISTS plan_references (
    place BIGINT NOT NULL,             -- of the record that refers, in the order of collections and keys
    collection VARCHAR NOT NULL,       -- of the record that refers
    key VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    target_key VARCHAR NOT NULL,
    status VARCHAR,                    -- of the record that refers
    raw VARCHAR                        -- of the record that refers, when the path is nested
);

-- owner: merge. grain: one operation or withheld record as it was worked out, before it is known which of them the plan
-- will hold; scratch likewise.
CREATE TABLE IF NOT EXISTS plan_steps (
    op_id VARCHAR NOT NULL,
    place BIGINT NOT NULL,             -- in the order in which they were worked out
    type VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,       -- of the record written
    home VARCHAR NOT NULL,             -- collection that cluster_id belongs to: a record that refers has another
    cluster_id VARCHAR NOT NULL,       -- '' where none is
    target_key VARCHAR,                -- the hub record written to; NULL for create and withheld
    kinds VARCHAR NOT NULL,            -- evidence that it rests on, between commas
    applications VARCHAR[] NOT NULL,   -- provider/realm of the IDs that it writes
    depends_on VARCHAR[] NOT NULL,     -- op_ids
    refers_to VARCHAR[] NOT NULL,      -- hub records that its references are to mean
    irreversible BOOLEAN NOT NULL      -- something of it cannot be taken back
);

-- owner: merge. grain: one cluster that the plan holds; scratch likewise.
CREATE TABLE IF NOT EXISTS plan_chosen (
    home VARCHAR NOT NULL,             -- its collection
    cluster_id VARCHAR NOT NULL,
    asked BOOLEAN NOT NULL             -- false: taken along because a chosen one needs it
);

-- owner: reports (the review page). grain: one record of one cluster that was drawn at random to audit what is sure. What a
-- person judged of it stands in decisions.
CREATE TABLE IF NOT EXISTS samples (
    sample BIGINT NOT NULL,            -- number of the sample, from 1
    place BIGINT NOT NULL,             -- of the cluster in the order drawn, from 1
    collection VARCHAR NOT NULL,
    cluster_id VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    population BIGINT NOT NULL,        -- clusters that it was drawn from: those of tier auto that IDs alone do not hold together
    seed BIGINT NOT NULL,
    drawn_at TIMESTAMP NOT NULL
);

-- owner: reports (the review page). grain: one question that a person put off until the others are answered.
CREATE TABLE IF NOT EXISTS skips (
    collection VARCHAR NOT NULL,
    item VARCHAR NOT NULL,             -- the review_id; of an older match, if the present one does not know it
    place BIGINT NOT NULL              -- the later it was put off, the later it comes again
);

-- owner: merge. grain: one plan file written from this workspace.
CREATE TABLE IF NOT EXISTS plans (
    plan_id VARCHAR NOT NULL,          -- hex SHA-256 of the plan file's trailer
    path VARCHAR NOT NULL,             -- base name only
    header VARCHAR NOT NULL,           -- the plan's first line
    operations BIGINT NOT NULL,
    withheld BIGINT NOT NULL,
    review_items BIGINT NOT NULL
);

-- owner: merge. grain: one operation, or one withheld record, of the latest plan.
CREATE TABLE IF NOT EXISTS operations (
    plan_id VARCHAR NOT NULL,
    op_id VARCHAR NOT NULL,            -- `withheld` rows have one too
    seq BIGINT NOT NULL,
    level INTEGER NOT NULL,            -- dependency level: lower ones are applied first
    type VARCHAR NOT NULL,             -- attach | consolidate | repoint | retire | create | withheld
    collection VARCHAR NOT NULL,
    cluster_id VARCHAR,
    target_key VARCHAR,                -- the hub record written to; NULL for create and withheld
    method VARCHAR,
    path VARCHAR,
    body VARCHAR,                      -- the exact request body, JSON
    hazards VARCHAR[] NOT NULL,
    reason VARCHAR NOT NULL,
    operation VARCHAR NOT NULL         -- the plan's whole line, JSON
);

-- owner: merge. grain: one field of one operation whose values differed inside the cluster.
CREATE TABLE IF NOT EXISTS operation_fields (
    plan_id VARCHAR NOT NULL,
    op_id VARCHAR NOT NULL,
    cluster_id VARCHAR NOT NULL,
    collection VARCHAR NOT NULL,
    field VARCHAR NOT NULL,            -- field path
    before VARCHAR,                    -- the target's value when extracted
    after VARCHAR,                     -- the surviving value
    winner_key VARCHAR NOT NULL,       -- the record it came from
    rule VARCHAR NOT NULL,             -- the survivorship rule that decided
    losing VARCHAR NOT NULL,           -- JSON array of {key, value}
    conflict BOOLEAN NOT NULL          -- two records held different values that were not empty
);

-- owner: merge. grain: one operation of a plan, or of the plan of an undo, as its journal tells of it; a copy for reports.
CREATE TABLE IF NOT EXISTS outcomes (
    plan_id VARCHAR NOT NULL,          -- of the undo's own plan, for an operation of an undo
    op_id VARCHAR NOT NULL,
    undoes VARCHAR,                    -- the plan that the undo is of; NULL for operations of apply
    outcome VARCHAR NOT NULL,          -- ok | done | skipped | drifted | failed | unknown
    status INTEGER,                    -- HTTP
    uuid VARCHAR,                      -- of the record that answered
    tries INTEGER NOT NULL,            -- how often the request was sent
    request_sha256 VARCHAR,            -- hex, of the body that was sent; NULL when none was
    sent_at TIMESTAMP,                 -- UTC, when it was first about to be sent; NULL when it never was
    finished_at TIMESTAMP NOT NULL,    -- UTC, when the latest outcome was known
    detail VARCHAR NOT NULL,
    verified BOOLEAN,                  -- NULL before verify
    difference VARCHAR                 -- what verify found to differ
);

-- owner: the command line (internal/purge). grain: one file outside of the workspace that was written from it and holds
-- personal data: what purge removes.
CREATE TABLE IF NOT EXISTS places (
    kind VARCHAR NOT NULL,             -- plan | report | hub (a rehearsal's)
    path VARCHAR NOT NULL,             -- absolute
    sha256 VARCHAR NOT NULL            -- hex, of the file as written
);

-- owner: purge. grain: one count of what a purge has removed.
CREATE TABLE IF NOT EXISTS purged (
    purged_at TIMESTAMP NOT NULL,      -- UTC
    collection VARCHAR NOT NULL,
    what VARCHAR NOT NULL,             -- records | clusters | edges | conflicts | operations | outcomes
    name VARCHAR NOT NULL,             -- source, tier, kind, kind, type, outcome
    n BIGINT NOT NULL
);

-- owner: match. grain: one value of one field whose frequency changes its weight; what explain needs besides the model.
CREATE TABLE IF NOT EXISTS term_weights (
    collection ENUM ('organizations', 'people') NOT NULL,
    field VARCHAR NOT NULL USING COMPRESSION dictionary,            -- name of the model's field, or in brackets what is counted of several fields at once
    term VARCHAR NOT NULL USING COMPRESSION uncompressed, -- the normalised value
    bits DOUBLE NOT NULL               -- added to levels that frequency adjusts
);
