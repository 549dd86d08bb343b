package reports

// csvSet is the whole set, in the order of the README beside the files. All but extractions are free of run numbers,
// paths and, but for when operations was applied and undone, of times: the same workspace gives the same bytes.
func csvSet() []csvFile {
	return append(clusterFiles(), append(planFiles(), sourceFiles()...)...)
}

func clusterFiles() []csvFile {
	return []csvFile{
		{name: "clusters", statement: "reports/csv_clusters.sql", about: "Clusters of two records or more: records held to be the same thing.", columns: []column{
			{"collection", "organizations, people, ..."},
			{"cluster_id", "stable name of the cluster"},
			{"tier", "auto: enters a plan unasked; review: a person must look first"},
			{"review_id", "name of the wider review item; clusters that share it may be one"},
			{"size", "records"},
			{"hub_records", "of these, how many are the hub's own; two or more are a duplicate in the hub"},
			{"edges", "kept pairs inside"},
			{"weakest_bits", "weight of the weakest pair that holds it together; empty when IDs alone do"},
			{"density", "kept pairs as a share of all pairs inside"},
			{"bridges", "pairs whose loss would split it"},
			{"by_ids", "true when shared IDs and known links alone hold it together"},
			{"conflicts", "rows of conflicts.csv that name it"},
			{"reason", "why these are held to be one"},
		}},
		{name: "members", statement: "reports/csv_members.sql", ids: true, about: "Every record that took part in matching, with its cluster; singles too.", columns: []column{
			{"collection", "organizations, people, ..."}, {"cluster_id", "stable name of the cluster"},
			{"tier", "single, auto or review"},
			{"review_id", "name of the wider review item"},
			{"key", "the record's own ID as provider/realm/id; % and / inside a part are percent-encoded"},
			{"source", "name of the source in the configuration"},
			{"hub", "true for a record of the hub"},
			{"role", "survivor: the others of the cluster are merged into it"},
			{"external_ids", "all IDs that the record carries, separated by a space"},
			{"name", "full name"}, {"birth_date", "YYYY-MM-DD"}, {"emails", "separated by a space"}, {"phones", "mobiles, landlines, work phones, separated by a semicolon"},
			{"reference", "tax or registration number"},
			{"status", "ACTIVE, INACTIVE or ARCHIVED as given"},
		}},
		{name: "pairs", statement: "reports/csv_pairs.sql", about: "Pairs of records that were kept, with the reason in bits.", columns: []column{
			{"collection", "organizations, people, ..."}, {"key_a", "the smaller key"}, {"key_b", "the other of the two"},
			{"cluster_a", "cluster of key_a"}, {"cluster_b", "equal to cluster_a when the two are held to be one"},
			{"kind", "shared_id, link, fuzzy or decision"},
			{"via", "the shared ID, the line of known links, or the blocking rule that found the pair"},
			{"weight_bits", "total evidence, log2 of the odds; empty when not scored"},
			{"probability", "1/(1+2^-weight); a score unless calibrated"},
			{"waterfall", "prior, then each field's level and bits; tf is the part that the value's rarity adds, capped what its group's limit took"},
		}},
		{name: "conflicts", statement: "reports/csv_conflicts.sql", about: "Merges that were refused or taken out of auto, and guards that fired.", columns: []column{
			{"collection", "organizations, people, ..."}, {"kind", "cannot_link, id_contradiction, echo, ambiguous, veto, hub_value, oversized_block, ..."},
			{"cluster_id", "stable name of the cluster"}, {"other_cluster_id", "when the conflict stands between two clusters"},
			{"key_a", "records or IDs concerned"}, {"key_b", "the other of the two"}, {"provider", "the application"}, {"realm", "its account"},
			{"weight_bits", "of the pair, when scored"},
			{"detail", "what, why, and what to do"},
		}},
	}
}

func planFiles() []csvFile {
	return []csvFile{
		{name: "operations", statement: "reports/csv_operations.sql", about: "The latest plan: each request in order, records left alone, and what became of them.", columns: []column{
			{"seq", "order in the plan"}, {"op_id", "stable name of the operation"},
			{"level", "dependency level: lower ones go first"},
			{"type", "attach, consolidate, repoint, retire, merge, create, or withheld (writes nothing)"},
			{"collection", "organizations, people, ..."}, {"cluster_id", "stable name of the cluster"}, {"target_key", "the hub record written to"},
			{"record_key", "the record left alone, for withheld ones"}, {"withheld", "why it is left alone, in one word: in_review, not_in_hub, below_attach, archived_match, field_conflict_..."},
			{"request", "method and address"}, {"body", "exact request body"},
			{"hazards", "names, separated by a space"}, {"reason", "why"},
			{"outcome", "ok, done, skipped, drifted, failed or unknown; empty before apply"},
			{"tries", "how often the request was sent"}, {"request_sha256", "of the body that was sent, in hex"},
			{"sent_at", "UTC: when it was first about to be sent"}, {"answered_at", "UTC: when the latest outcome was known"},
			{"http_status", "of the answer"}, {"answered_by", "UUID of the record that answered"}, {"outcome_detail", "what happened, when it is not ok"},
			{"verified", "empty before verify"}, {"difference", "what verify found to differ"},
			{"undo_outcome", "what became of taking it back; empty when no undo did"}, {"undone_at", "UTC: when that was known"},
		}},
		{name: "fields", statement: "reports/csv_fields.sql", about: "Fields whose values differed inside a planned cluster: what survives and what is lost.", columns: []column{
			{"collection", "organizations, people, ..."}, {"cluster_id", "stable name of the cluster"}, {"op_id", "the operation"}, {"field", "field path of the API"},
			{"before", "the survivor's own value"}, {"after", "the surviving value"},
			{"winner_key", "the record it came from"}, {"rule", "the rule that decided"},
			{"losing", "values that did not survive, JSON"}, {"conflict", "true when two records held different values"},
		}},
		{name: "forecast", statement: "merge/forecast_applications.sql", twins: true, about: "What each application's first sync would create in it.", columns: []column{
			{"collection", "organizations, people, ..."}, {"provider", "the application"}, {"realm", "its account"},
			{"hub_records", "active records of the hub"},
			{"known", "of these, how many carry an ID of this application"},
			{"would_create", "the rest: each would be created in the application"},
			{"twins", "of these, how many the application already holds: created twice"},
			{"review_twins", "of these, how many it may already hold, or be given twice"},
			{"copies", "of these, how many the hub holds twice and the application not at all: it would be given both"},
		}},
		{name: "forecast_twins", statement: "merge/forecast_records.sql", twins: true, about: "The records behind forecast.csv: hub records that an application holds already under another ID, or would be given twice.", columns: []column{
			{"collection", "organizations, people, ..."}, {"provider", "the application"}, {"realm", "its account"},
			{"hub_key", "the hub record that its first sync would create in it"},
			{"twin_key", "the ID under which it holds the same thing; of a copy, the hub record that it would be given first"},
			{"tier", "auto: sure enough to write; review: a person must look"},
			{"copied", "the application holds none: the hub holds the thing twice"},
			{"probability", "of the pair itself; empty when others of the cluster join the two"},
		}},
		{name: "fix_in_app", statement: "reports/csv_fix_in_app.sql", twins: true, about: "Probable duplicates inside one application, for its own users to merge.", columns: []column{
			{"collection", "organizations, people, ..."}, {"provider", "the application"}, {"realm", "its account"},
			{"keep_id", "the ID to keep: natively linked, else borne by most hub records, else older, else the smaller number"}, {"merge_id", "the ID to merge into it"},
			{"keep_name", "name that stands with the ID to keep"}, {"merge_name", "name that stands with the ID to merge"},
			{"why", "same_review_item: both IDs are in one review item; refused_cannot_link, refused_echo: a union was refused because of them"},
			{"item", "the review item, or the two clusters"},
		}},
	}
}

func sourceFiles() []csvFile {
	return []csvFile{
		{name: "extractions", statement: "reports/csv_extractions.sql", about: "Each run of extract, with times and places.", columns: []column{
			{"run", "number of the run"}, {"source", "name in the configuration"}, {"source_type", "connec, file or links"}, {"collection", "organizations, people, ..."},
			{"endpoint", "address or path"}, {"group_id", "of the API"}, {"started_at", "UTC"}, {"finished_at", "UTC"},
			{"total", "what the server reported"}, {"rows_got", "repeats included"}, {"records", "distinct records or links kept"},
			{"repeated", "rows received a second time"}, {"id_defects", "id entries lacking a part"},
			{"dangling_refs", "references to a record that was not found"},
			{"ids_checked", "IDs of a file that the hub could know"}, {"ids_known", "of these, how many it does hold"},
			{"status", "complete, in_doubt, failed or running"}, {"doubt", "what is in doubt, and what to do"},
			{"note", "what is worth knowing and puts nothing in doubt"},
			{"mode", "full, or incremental where only what changed was read"},
			{"as_of", "UTC by the server's clock: what it held then is here; empty while nothing is proven"},
			{"ids_as_of", "UTC by the server's clock: when all IDs were last read"},
			{"added", "of an incremental run: new records"}, {"changed", "of an incremental run: records that are not as they were"},
			{"vanished", "records that an extraction held and this one found gone"},
		}},
		{name: "quality", statement: "reports/csv_quality.sql", about: "How well each field is filled, source by source.", columns: []column{
			{"source", "name in the configuration"}, {"collection", "organizations, people, ..."}, {"field", "title, first_name, ..."}, {"records", "of the source and collection"}, {"filled", "records with a value"},
			{"fill_rate", "filled / records"}, {"distinct_values", "different values"}, {"top_value", "the commonest value"}, {"top_count", "how often"},
			{"top_values", "the five commonest, each with how often"},
			{"placeholder_like", "records whose value looks typed to get past a form: N/A, test, 0000, 1900-01-01"},
			{"malformed", "records whose value is none of the field's: an e-mail address without its parts, a telephone number with letters or with fewer digits than 6 or more than 15, a date that cannot be read, a country with a digit, a registration number without one, a website without a dot"},
			{"malformed_example", "one such value"},
		}},
		{name: "id_coverage", statement: "reports/csv_id_coverage.sql", about: "How many records that one application knows another knows too, source by source.", columns: []column{
			{"source", "name in the configuration"}, {"collection", "organizations, people, ..."}, {"provider", "an application"}, {"realm", "its account"},
			{"other_provider", "another one, or the same"}, {"other_realm", "its account"}, {"records", "that bear an ID of the first"},
			{"both_know", "of these, how many bear an ID of the other too"}, {"share", "both_know / records"},
			{"ids_shared", "IDs of the first that several records of the source bear: duplicates there, or no identity"},
			{"most_records", "on how many records the most shared one stands"}, {"most_shared", "that ID"},
		}},
	}
}
