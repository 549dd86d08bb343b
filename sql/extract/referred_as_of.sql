-- extract/referred_as_of.sql: as of when those collections are complete that the records of one source and collection refer to
-- reads: extractions, records, refs
-- writes: nothing
-- params: source, collection
-- grain: one other collection of the source; as_of NULL while nothing is proven of it
SELECT
    collection,
    arg_max({'as_of': as_of}, run).as_of AS as_of
FROM extractions
WHERE source = $source
    AND collection <> $collection
    AND collection IN (
        SELECT refs.target_collection
        FROM refs
        INNER JOIN records
            ON refs.rid = records.rid
        WHERE records.source = $source
            AND records.collection = $collection
    )
GROUP BY collection
ORDER BY collection;
