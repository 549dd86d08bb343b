-- reports/review_search.sql: records whose name, e-mail, ID or cluster holds a text, among clusters and review items.
-- reads: clusters, item_clusters, records, external_ids
-- writes: nothing
-- params: text
-- grain: one review item, the first twenty, with one record of it that fits
--
-- Names and e-mails may hold the text anywhere; IDs begin with it, behind what all of a collection begin with.
WITH fitting AS (
    SELECT
        c.collection,
        c.review_id,
        c.key,
        coalesce(nullif(r.name, ''), nullif(concat_ws(' ', r.first_name, r.last_name), ''), r.emails[1], c.key) AS name
    FROM clusters AS c
    INNER JOIN item_clusters AS u
        ON c.collection = u.collection
        AND c.cluster_id = u.cluster_id
    INNER JOIN records AS r ON c.rid = r.rid
    WHERE contains(lower(concat_ws(' ', r.name, r.first_name, r.last_name, array_to_string(r.emails, ' '))), lower($text))
        OR (starts_with(c.cluster_id, lower($text)) AND length($text) > length(c.collection) + 1)
        OR (starts_with(c.review_id, lower($text)) AND length($text) > length(c.collection) + 1)
        OR (starts_with(lower(split_part(c.key, '/', 3)), lower($text)) AND length($text) >= 2)
        OR (starts_with(lower(c.key), lower($text)) AND contains($text, '/'))
        OR c.rid IN (SELECT e.rid FROM external_ids AS e WHERE lower(e.id) = lower($text) OR lower(id_text(e.provider, e.realm, e.id)) = lower($text))
)

SELECT
    collection,
    review_id,
    min_by(key, key) AS key,
    min_by(name, key) AS name
FROM fitting
GROUP BY
    collection,
    review_id
ORDER BY
    collection,
    review_id
LIMIT 20
