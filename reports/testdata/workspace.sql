-- A hand-made workspace: four hub people, three of an application, two organizations; every stage has run.
INSERT INTO extractions (run, source, source_type, collection, endpoint, group_id, started_at, finished_at, total, rows_got, records, repeated, id_defects, dangling_refs, ids_checked, ids_known, status, doubt, skip) VALUES
    (1, 'hub', 'connec', 'people', 'https://hub.example/api/v2', 'cld-1', '2026-01-05 10:00:00', '2026-01-05 10:01:30', 4, 5, 4, 1, 0, 0, NULL, NULL, 'complete', NULL, 4),
    (1, 'hub', 'connec', 'organizations', 'https://hub.example/api/v2', 'cld-1', '2026-01-05 10:00:00', '2026-01-05 10:01:30', 3, 2, 2, 0, 1, 0, NULL, NULL, 'in_doubt', 'the server reported 3, 2 were got: extract again', 2),
    (1, 'crm', 'file', 'people', 'crm_people.csv', NULL, '2026-01-05 10:01:30', '2026-01-05 10:01:31', NULL, 3, 3, 0, 0, 1, 3, 1, 'complete', NULL, 0);
INSERT INTO stages (stage, collection, digest, input_digest, config_digest, finished_at) VALUES
    ('extract', 'people', 'aa', '', 'c', '2026-01-05 10:01:31'),
    ('match', 'people', 'bb', 'aa', 'c', '2026-01-05 10:02:00');
INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, channel_id, status, code, title, first_name, last_name, name, birth_date, reference, emails, mobiles, landlines, work_phones, websites, addresses, extra, created_at, content_hash, raw, source_row) VALUES
    (1, 'hub', 'organizations', 'connec/org-1/o-1', 'connec', 'org-1', 'o-1', true, 'org-1', 'ACTIVE', 'CU1', NULL, NULL, NULL, 'Brook & Sons Pty Ltd', NULL, '53 004 085 616', ['info@brook.example'], [], [], ['+61 2 9999 1111'], ['https://brook.example'], [{'kind': 'address.billing', 'line1': '1 High St', 'line2': '', 'city': 'Perth', 'region': 'WA', 'postal_code': '6000', 'country': 'AU'}], NULL, '2025-01-01', 'h1', '{}', NULL),
    (2, 'hub', 'organizations', 'connec/org-1/o-2', 'connec', 'org-1', 'o-2', true, 'org-1', 'ACTIVE', NULL, NULL, NULL, NULL, 'Brook and Sons', NULL, NULL, [], [], [], [], [], [], NULL, '2025-01-02', 'h2', '{}', NULL),
    (3, 'hub', 'people', 'connec/org-1/p-1', 'connec', 'org-1', 'p-1', true, 'org-1', 'ACTIVE', NULL, 'Ms', 'Catherine', 'Brook', NULL, '1980-03-02', NULL, ['kate@brook.example', 'info@brook.example'], ['0400 111 222'], [], [], [], [{'kind': 'address_home.billing', 'line1': '2 Low Rd', 'line2': 'Unit 4', 'city': 'Perth', 'region': 'WA', 'postal_code': '6000', 'country': NULL}], NULL, '2025-01-01', 'h3', '{}', NULL),
    (4, 'hub', 'people', 'connec/org-1/p-2', 'connec', 'org-1', 'p-2', true, 'org-1', 'ACTIVE', NULL, NULL, 'Kate', 'Brook', NULL, NULL, NULL, ['kate@brook.example'], [], [], [], [], [], NULL, '2025-02-01', 'h4', '{}', NULL),
    (5, 'hub', 'people', 'connec/org-1/p-3', 'connec', 'org-1', 'p-3', true, 'org-1', 'INACTIVE', NULL, NULL, 'José', 'Peña', NULL, '1900-01-01', NULL, ['n/a'], [], [], [], [], [], NULL, '2025-02-01', 'h5', '{}', NULL),
    (6, 'hub', 'people', 'connec/org-1/p-4', 'connec', 'org-1', 'p-4', true, 'org-1', 'ACTIVE', NULL, NULL, 'Jose', 'Pena', NULL, NULL, NULL, [], ['0000000000'], [], [], [], [], NULL, '2025-02-01', 'h6', '{}', NULL),
    (7, 'crm', 'people', 'my-application/2243/17', 'my-application', '2243', '17', false, NULL, NULL, NULL, NULL, 'Katherine', 'Brook', NULL, '1980-03-02', NULL, ['kate@brook.example'], [], [], [], [], [], MAP {'tier': 'gold'}, NULL, 'h7', '{}', '{}'),
    (8, 'crm', 'people', 'my-application/2243/18', 'my-application', '2243', '18', false, NULL, NULL, NULL, NULL, 'J.', 'Pena', NULL, NULL, NULL, [], [], [], [], [], [], NULL, NULL, 'h8', '{}', '{}'),
    (9, 'crm', 'people', 'my-application/2243/19', 'my-application', '2243', '19', false, NULL, NULL, NULL, NULL, '=HYPERLINK("http://x")', '<script>alert(1)</script>', NULL, NULL, NULL, ['@x'], [], [], [], [], [], NULL, NULL, 'h9', '{}', '{}');
INSERT INTO external_ids (rid, collection, provider, realm, id, position) VALUES
    (1, 'organizations', 'connec', 'org-1', 'o-1', 0), (1, 'organizations', 'other-app', '77', 'B/1', 1),
    (2, 'organizations', 'connec', 'org-1', 'o-2', 0),
    (3, 'people', 'connec', 'org-1', 'p-1', 0), (3, 'people', 'other-app', '77', '501', 1),
    (4, 'people', 'connec', 'org-1', 'p-2', 0), (4, 'people', 'other-app', '77', '502', 1),
    (5, 'people', 'connec', 'org-1', 'p-3', 0), (5, 'people', 'other-app', '77', '503', 1),
    (6, 'people', 'connec', 'org-1', 'p-4', 0), (6, 'people', 'my-application', '2243', '99', 1),
    (7, 'people', 'my-application', '2243', '17', 0),
    (8, 'people', 'my-application', '2243', '18', 0),
    (9, 'people', 'my-application', '2243', '19', 0);
INSERT INTO refs (rid, collection, path, target_collection, provider, realm, id, target_rid) VALUES (3, 'people', 'organization_id', 'organizations', 'connec', 'org-1', 'o-1', 1);
INSERT INTO models (collection, model, created_at) VALUES
    ('people', '{"collection":"people","spec":"1","prior_bits":-12,"fields":[{"name":"given","label":"Given name","personal":true,"levels":[{"name":"missing"},{"name":"exact","m":0.8,"u":0.004,"bits":7.6},{"name":"close","m":0.15,"u":0.01,"bits":3.9},{"name":"different","m":0.05,"u":0.986,"bits":-4.3}]},{"name":"surname","label":"Surname","group":"household","tf":true,"levels":[{"name":"missing"},{"name":"exact","m":0.9,"u":0.002,"bits":8.8},{"name":"different","m":0.1,"u":0.998,"bits":-3.3}]},{"name":"email","label":"E-mail","levels":[{"name":"missing"},{"name":"exact","m":0.7,"u":0.0001,"bits":12.8},{"name":"different","m":0.3,"u":0.9999,"bits":-1.7}]}],"groups":[{"name":"household","cap":9}],"thresholds":{"auto":0.99,"review":0.5,"attach":0.995},"trained":"By hand, for a test.","warnings":["too few pairs to trust"]}', '2026-01-05 10:02:00');
INSERT INTO blocking (collection, rule, position, keys, largest, pairs, kept, must_links_found) VALUES
    ('people', 'email', 0, 1, 3, 3, 3, 0),
    ('people', 'surname_initial', 1, 2, 3, 4, 1, 0);
INSERT INTO edges (collection, rid_a, rid_b, key_a, key_b, kind, via, levels, tf, weight, probability) VALUES
    ('people', 3, 4, 'connec/org-1/p-1', 'connec/org-1/p-2', 'fuzzy', 'email', '2,1,1', '0,1.5,0', 13.7, 0.99992),
    ('people', 3, 7, 'connec/org-1/p-1', 'my-application/2243/17', 'fuzzy', 'email', '2,1,1', NULL, 13.5, 0.99991),
    ('people', 4, 7, 'connec/org-1/p-2', 'my-application/2243/17', 'fuzzy', 'email', '2,1,1', NULL, 13.5, 0.99991),
    ('people', 5, 6, 'connec/org-1/p-3', 'connec/org-1/p-4', 'link', 'known-links:2', NULL, NULL, NULL, NULL),
    ('people', 6, 8, 'connec/org-1/p-4', 'my-application/2243/18', 'fuzzy', 'surname_initial', '2,1,0', NULL, 0.7, 0.62);
INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES
    ('organizations', 1, 'connec/org-1/o-1', 'organizations-01', 'single', 'organizations-01'),
    ('organizations', 2, 'connec/org-1/o-2', 'organizations-02', 'single', 'organizations-02'),
    ('people', 3, 'connec/org-1/p-1', 'people-01', 'auto', 'people-01'),
    ('people', 4, 'connec/org-1/p-2', 'people-01', 'auto', 'people-01'),
    ('people', 7, 'my-application/2243/17', 'people-01', 'auto', 'people-01'),
    ('people', 5, 'connec/org-1/p-3', 'people-02', 'auto', 'people-02'),
    ('people', 6, 'connec/org-1/p-4', 'people-02', 'auto', 'people-02'),
    ('people', 8, 'my-application/2243/18', 'people-03', 'single', 'people-02'),
    ('people', 9, 'my-application/2243/19', 'people-04', 'single', 'people-04');
INSERT INTO cluster_stats (collection, cluster_id, tier, size, hub_records, edges, weakest, density, bridges, by_ids, reason) VALUES
    ('people', 'people-01', 'auto', 3, 2, 3, 13.5, 1, 0, false, 'e-mail and given name agree'),
    ('people', 'people-02', 'auto', 2, 2, 1, NULL, 1, 1, true, 'a known link joins them');
INSERT INTO conflicts (collection, kind, cluster_id, other_cluster_id, key_a, key_b, provider, realm, weight, detail) VALUES
    ('people', 'cannot_link', 'people-02', 'people-03', 'connec/org-1/p-4', 'my-application/2243/18', 'my-application', '2243', 0.7, 'the application holds 18 and 99 as two: merge them there or judge the pair'),
    ('people', 'hub_value', NULL, NULL, 'other-app/77/0', NULL, 'other-app', '77', NULL, 'the ID 0 stands on 40 records: it links nothing');
INSERT INTO plans (plan_id, path, header, operations, withheld, review_items) VALUES ('abc', 'plan.ndjson', '{"endpoint":"https://hub.test/api/v2","group":"cld-1","notifications":4,"not_extracted":{"people":["invoices","payments"]},"operations":2,"irreversible":1}', 2, 1, 1);
INSERT INTO operations (plan_id, op_id, seq, level, type, collection, cluster_id, target_key, method, path, body, hazards, reason, operation) VALUES
    ('abc', 'op-1', 1, 0, 'consolidate', 'people', 'people-01', 'connec/org-1/p-1', 'PUT', '/people/p-1', '{"people":{"id":[{"id":"17","provider":"my-application","realm":"2243"}],"first_name":"Kate"}}', ['id_on_two_records', 'irreversible_id'], 'e-mail and given name agree', '{"op":"op-1","irreversible":"an external ID, once added, stays on the record","hazards":[{"name":"id_on_two_records","stop":true,"text":"the loser keeps the ID"},{"name":"irreversible_id","stop":false,"text":"an ID cannot be taken back"}]}'),
    ('abc', 'op-2', 2, 0, 'attach', 'people', 'people-01', 'connec/org-1/p-2', 'PUT', '/people/p-2', '{"people":{"id":[{"id":"17","provider":"my-application","realm":"2243"}]}}', [], 'e-mail and given name agree', '{"op":"op-2"}'),
    ('abc', 'op-3', 3, 0, 'withheld', 'people', NULL, NULL, NULL, NULL, NULL, [], 'a candidate at or above review', '{"op":"op-3"}');
INSERT INTO operation_fields (plan_id, op_id, cluster_id, collection, field, before, after, winner_key, rule, losing, conflict) VALUES
    ('abc', 'op-1', 'people-01', 'people', 'first_name', '"Catherine"', '"Kate"', 'connec/org-1/p-2', 'source_priority', '[{"key":"connec/org-1/p-1","value":"Catherine"}]', true);
INSERT INTO outcomes (plan_id, op_id, undoes, outcome, status, uuid, tries, request_sha256, sent_at, finished_at, detail, verified, difference) VALUES
    ('abc', 'op-1', NULL, 'ok', 200, 'p-1', 2, 'd1', '2026-01-05 10:04:58.5', '2026-01-05 10:05:00', '', true, NULL),
    ('def', 'undo-op-1', 'abc', 'drifted', NULL, NULL, 0, NULL, NULL, '2026-01-06 10:05:00', '', NULL, NULL),
    ('ghi', 'undo-op-1', 'abc', 'ok', 200, 'p-1', 1, 'd2', '2026-01-07 10:04:58.5', '2026-01-07 10:05:00', '', true, NULL),
    ('jkl', 'undo-op-1', 'abc', 'done', NULL, 'p-1', 0, NULL, NULL, '2026-01-08 10:05:00', '', true, NULL),
    ('abc', 'op-2', NULL, 'drifted', NULL, NULL, 0, NULL, NULL, '2026-01-05 10:05:00', 'first_name changed since the extraction', false, 'ID 17 is not there');
