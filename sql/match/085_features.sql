-- match/085_features.sql: keep the normalised values of the records.
-- reads: rows()
-- writes: features
-- params: collection, spec
-- rows: rid BIGINT, content_hash VARCHAR, vals VARCHAR
-- grain: one record
INSERT INTO features
SELECT
    made.rid,
    $collection AS collection,
    made.content_hash,
    $spec AS spec,
    made.vals
FROM rows() AS made
