-- extract/records_renumber.sql: moves the numbers of later collections when an earlier one has grown or shrunk
-- reads: nothing
-- writes: records
-- params: collection, shift
-- grain: one row of another collection, later in order
--
-- Keeps rid dense in the order of collection, key, source. The other stages see it by the digest, which holds the first rid.
UPDATE records
SET rid = rid + $shift
WHERE collection > $collection;
