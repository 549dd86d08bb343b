-- match/004_outputs.sql: how many rows the tables hold that matching one collection filled, and the digests of what they are.
-- reads: features, models, blocking, edges, clusters, cluster_names, cluster_keys, cluster_stats, conflicts, term_weights, stages
-- writes: nothing
-- params: collection
-- grain: one row
SELECT concat_ws(
    ' ',
    (SELECT count(*) FROM features WHERE collection = $collection),
    (SELECT count(*) FROM models WHERE collection = $collection),
    (SELECT count(*) FROM blocking WHERE collection = $collection),
    (SELECT count(*) FROM edges WHERE collection = $collection),
    (SELECT count(*) FROM clusters WHERE collection = $collection),
    (SELECT count(*) FROM cluster_names WHERE collection = $collection),
    (SELECT count(*) FROM cluster_keys WHERE collection = $collection),
    (SELECT count(*) FROM cluster_stats WHERE collection = $collection),
    (SELECT count(*) FROM conflicts WHERE collection = $collection),
    (SELECT count(*) FROM term_weights WHERE collection = $collection),
    (SELECT coalesce(any_value(digest), '') FROM stages WHERE stage = 'features' AND collection = $collection),
    (SELECT coalesce(any_value(input_digest || ' ' || digest), '') FROM stages WHERE stage = 'match' AND collection = $collection)) AS outputs
