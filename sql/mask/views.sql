-- mask/views.sql: the workspace's tables as a reader may see them who may not see personal values
-- reads: workspace.records, workspace.extractions, workspace.quality, workspace.id_coverage, workspace.conflicts, workspace.clusters, workspace.cluster_stats, workspace.features, workspace.pages, workspace.page_records, workspace.rejected_rows, workspace.vanished_records, workspace.unread_records, workspace.edges, workspace.external_ids, workspace.links, workspace.refs, workspace.term_weights, workspace.decisions, workspace.field_decisions, workspace.samples, workspace.operations, workspace.operation_fields, workspace.outcomes
-- writes: nothing; it makes views of the same names
-- params:
-- grain: that of the table
--
-- The workspace is attached under that name. mask_value() stands for a whole value, mask_json() for a record, mask_plan()
-- for a line of a plan, mask_text() for a sentence; they leave IDs as they are, but for one that is an e-mail address.
-- Birth dates become texts. Every other table is made a view as it is.
CREATE VIEW records AS
SELECT * REPLACE (
    mask_id(key) AS key,
    mask_id(id) AS id,
    mask_value(title) AS title,
    mask_value(first_name) AS first_name,
    mask_value(last_name) AS last_name,
    mask_value(name) AS name,
    mask_value(job_title) AS job_title,
    mask_value(company_name) AS company_name,
    mask_value(CAST(birth_date AS VARCHAR)) AS birth_date,
    mask_value(reference) AS reference,
    list_transform(emails, lambda x: mask_value(x)) AS emails,
    list_transform(websites, lambda x: mask_value(x)) AS websites,
    list_transform(landlines, lambda x: mask_value(x)) AS landlines,
    list_transform(work_phones, lambda x: mask_value(x)) AS work_phones,
    list_transform(mobiles, lambda x: mask_value(x)) AS mobiles,
    list_transform(addresses, lambda a: {
        'kind': a.kind,
        'line1': mask_value(a.line1),
        'line2': mask_value(a.line2),
        'city': mask_value(a.city),
        'region': mask_value(a.region),
        'postal_code': mask_value(a.postal_code),
        'country': mask_value(a.country)}) AS addresses,
    map_from_entries(list_transform(map_entries(extra), lambda e: {'key': e.key, 'value': mask_value(e.value)})) AS extra,
    mask_json(raw) AS raw,
    mask_json(source_row) AS source_row)
FROM workspace.records;

CREATE VIEW extractions AS
SELECT * REPLACE (mask_text(doubt) AS doubt, mask_text(note) AS note)
FROM workspace.extractions;

CREATE VIEW quality AS
SELECT * REPLACE (
    list_transform(top_values, lambda v: {'value': mask_value(v.value), 'n': v.n}) AS top_values,
    mask_value(malformed_example) AS malformed_example)
FROM workspace.quality;

CREATE VIEW id_coverage AS
SELECT * REPLACE (mask_id(most_shared) AS most_shared)
FROM workspace.id_coverage;

CREATE VIEW external_ids AS
SELECT * REPLACE (mask_id(id) AS id)
FROM workspace.external_ids;

CREATE VIEW refs AS
SELECT * REPLACE (mask_id(id) AS id)
FROM workspace.refs;

CREATE VIEW links AS
SELECT * REPLACE (mask_id(left_id) AS left_id, mask_id(right_id) AS right_id)
FROM workspace.links;

CREATE VIEW clusters AS
SELECT * REPLACE (mask_id(key) AS key)
FROM workspace.clusters;

CREATE VIEW cluster_stats AS
SELECT * REPLACE (mask_text(reason) AS reason)
FROM workspace.cluster_stats;

CREATE VIEW edges AS
SELECT * REPLACE (mask_id(key_a) AS key_a, mask_id(key_b) AS key_b, mask_id(via) AS via)
FROM workspace.edges;

-- A placeholder is named by field and value.
CREATE VIEW conflicts AS
SELECT * REPLACE (
    CASE WHEN kind = 'placeholder'
        THEN split_part(key_a, '=', 1) || '=' || mask_value(substr(key_a, instr(key_a, '=') + 1))
        ELSE mask_id(key_a) END AS key_a,
    mask_id(key_b) AS key_b,
    mask_text(detail) AS detail)
FROM workspace.conflicts;

CREATE VIEW term_weights AS
SELECT * REPLACE (mask_value(term) AS term)
FROM workspace.term_weights;

CREATE VIEW features AS
SELECT * REPLACE ('' AS vals)
FROM workspace.features;

CREATE VIEW pages AS
SELECT * REPLACE (CAST(NULL AS VARCHAR) AS body)
FROM workspace.pages;

CREATE VIEW page_records AS
SELECT * REPLACE ('' AS raw)
FROM workspace.page_records;

CREATE VIEW rejected_rows AS
SELECT * REPLACE (mask_text(reason) AS reason, mask_value(text) AS text)
FROM workspace.rejected_rows;

CREATE VIEW vanished_records AS
SELECT * REPLACE (mask_id(key) AS key)
FROM workspace.vanished_records;

CREATE VIEW unread_records AS
SELECT * REPLACE (mask_id(key) AS key)
FROM workspace.unread_records;

CREATE VIEW decisions AS
SELECT * REPLACE (mask_id(left_key) AS left_key, mask_id(right_key) AS right_key, mask_value(why) AS why)
FROM workspace.decisions;

CREATE VIEW field_decisions AS
SELECT * REPLACE (mask_id(id) AS id, mask_value(why) AS why)
FROM workspace.field_decisions;

CREATE VIEW samples AS
SELECT * REPLACE (mask_id(key) AS key)
FROM workspace.samples;

CREATE VIEW operations AS
SELECT * REPLACE (
    mask_id(target_key) AS target_key,
    mask_json(body) AS body,
    mask_text(reason) AS reason,
    mask_plan(operation) AS operation)
FROM workspace.operations;

-- What lost is a list of {key, value}, which mask_plan() knows.
CREATE VIEW operation_fields AS
SELECT * REPLACE (
    mask_json(before) AS before,
    mask_json(after) AS after,
    mask_id(winner_key) AS winner_key,
    mask_plan(losing) AS losing)
FROM workspace.operation_fields;

CREATE VIEW outcomes AS
SELECT * REPLACE (mask_text(detail) AS detail, mask_text(difference) AS difference)
FROM workspace.outcomes;
