-- extract/unread_forget.sql: forgets that records of a source and collection were not read: those that are back, or all
-- reads: staged_records
-- writes: unread_records
-- params: source, collection, all
-- grain: one record
DELETE FROM unread_records
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
