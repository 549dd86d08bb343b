-- match/050_own_ids.sql: the providers and realms whose records file sources list, and whether rows of those were unfit to load.
-- reads: records, rejected_rows
-- writes: nothing
-- params: collection
-- grain: one provider, realm and source
--
-- Where a file lists all records of an application, an ID of that application which no row of the file holds is gone from
-- it, and two things need no longer be kept apart because of it. A row that was not loaded may hold any ID.
SELECT
    r.provider,
    r.realm,
    r.source,
    bool_or(x.source IS NOT NULL) AS rejected
FROM (SELECT DISTINCT provider, realm, source FROM records WHERE collection = $collection AND NOT hub) r
LEFT JOIN (SELECT DISTINCT source FROM rejected_rows WHERE collection = $collection) x USING (source)
GROUP BY
    r.provider,
    r.realm,
    r.source
ORDER BY
    r.provider,
    r.realm,
    r.source
