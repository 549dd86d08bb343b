package reports

// operationMeaning says in words what an operation of a type does.
func operationMeaning(kind string) string {
	switch kind {
	case "attach":
		return "A hub record gains an application's ID, so that the application does not create it again."
	case "consolidate":
		return "The survivor gains the surviving values and IDs of its duplicates."
	case "repoint":
		return "References move from a duplicate to the survivor."
	case "retire":
		return "A duplicate becomes inactive."
	case "merge":
		return "The hub's own merge: one record is kept, the others are deleted."
	case "create":
		return "The hub gains an application's record that it lacks."
	case "withheld":
		return "Left alone: nothing is written."
	}
	return ""
}

// conflictMeaning says in words what a kind of conflict is.
func conflictMeaning(kind string) string {
	switch kind {
	case "hub_value":
		return "An ID carried by more records than can be true; it links nothing."
	case "link_contradicted":
		return "Linked by an ID or a known link, but the records do not look alike."
	case "link_source_off":
		return "So many links of one source are contradicted that none of them counts for auto."
	case "cannot_link":
		return "One application holds the two under different IDs: it says that they are two things."
	case "id_contradiction":
		return "IDs say both that these are one and that they are two; a person must decide."
	case "echo":
		return "A sync in both directions copied records: remove the copies in the applications, then extract again."
	case "dead_id":
		return "The application no longer lists the ID; it stands in nobody's way."
	case "ambiguous":
		return "Two clusters that exclude each other fit almost equally well; attached to neither."
	case "veto":
		return "Two records inside contradict each other in what identifies a person."
	case "weak_bridge":
		return "One weak pair holds two parts together."
	case "large_cluster":
		return "More records than one thing is likely to have."
	case "oversized_block":
		return "Too many records share a key; not all pairs of it were compared."
	case "suppressed":
		return "Evidence that was set aside."
	}
	return ""
}
