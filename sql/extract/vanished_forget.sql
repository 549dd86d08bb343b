-- extract/vanished_forget.sql: forgets that records of a source and collection are gone: those that are back, or all
-- reads: staged_records
-- writes: vanished_records
-- params: source, collection, all
-- grain: one record
DELETE FROM vanished_records
WHERE source = $source
    AND collection = $collection
    AND (
        $all
        OR key IN (
            SELECT key
            FROM staged_records
            WHERE source = $source
                AND collection = $collection
                AND number IS NOT NULL
        )
    );
