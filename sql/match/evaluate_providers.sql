-- match/evaluate_providers.sql: the applications whose IDs join records, each of which can be left out.
-- reads: external_ids, links
-- writes: nothing
-- params: hub_provider
-- grain: one provider and realm of one collection
WITH shared AS (
    SELECT
        collection,
        provider,
        realm,
        id
    FROM external_ids
    WHERE provider <> $hub_provider
    GROUP BY
        collection,
        provider,
        realm,
        id
    HAVING count(DISTINCT rid) > 1
),

linked AS (
    SELECT
        collection,
        left_provider AS provider,
        left_realm AS realm
    FROM links
    UNION
    SELECT
        collection,
        right_provider,
        right_realm
    FROM links
)

SELECT
    collection,
    provider,
    realm
FROM shared
UNION
SELECT
    collection,
    provider,
    realm
FROM linked
WHERE provider <> $hub_provider
ORDER BY
    provider,
    realm,
    collection
