-- extract/stage_keep.sql: keeps the digest of this extraction of a collection
-- reads: nothing
-- writes: stages
-- params: collection, digest, config_digest, finished_at
-- grain: one row
INSERT INTO stages (
    stage,
    collection,
    digest,
    input_digest,
    config_digest,
    finished_at
)
VALUES (
    'extract',
    $collection,
    $digest,
    '',
    $config_digest,
    $finished_at
);
