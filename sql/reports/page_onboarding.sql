-- reports/page_onboarding.sql: the applications being onboarded: those whose own records a file source lists
-- reads: records
-- writes: nothing
-- params:
-- grain: one provider and realm
SELECT DISTINCT
    provider,
    realm
FROM records
WHERE NOT hub AND source_row IS NOT NULL
ORDER BY
    provider,
    realm
