-- match/085_features.sql: keep the normalised values of the records.
-- reads: rows()
-- writes: features
-- params: collection
-- rows: rid BIGINT, vals VARCHAR
-- grain: one record
INSERT INTO features
SELECT
    made.rid,
    $collection AS collection,
    made.vals
FROM rows() AS made
