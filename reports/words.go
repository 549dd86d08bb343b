package reports

import "strings"

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

// ConflictMeaning says in words what a kind of conflict is.
func ConflictMeaning(kind string) string {
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
		return "Two records inside contradict each other in what identifies a person or an organization."
	case "weak_bridge":
		return "One weak pair holds two parts together."
	case "large_cluster":
		return "More records than one thing is likely to have."
	case "oversized_block":
		return "Too many records share a key; not all pairs of it were compared."
	case "placeholder":
		return "A value on far too many records to mean anything was neither compared nor searched by; clear it in its application."
	case "suppressed":
		return "Two look like one, but one of them belongs to a contradiction of IDs: not merged until that is resolved."
	case "decision_conflict":
		return "People judged the two different, and the same by other decisions; kept apart until one is corrected."
	case "judged_different":
		return "They look like one thing, but a person judged them different."
	case "link_overruled":
		return "An ID or a known link joins what a person judged different; the person counts."
	}
	return ""
}

// hazardMeaning says in words what a hazard of a plan is.
func hazardMeaning(name string) string {
	switch name {
	case "id_on_two_records":
		return "An ID will stand on two hub records: IDs can be added but not taken away, so the duplicate keeps the one that the survivor gains."
	case "retire_propagates":
		return "Making a duplicate inactive deletes it in the applications that hold an ID of it."
	case "foreign_id":
		return "An ID of another application is written with this one's credentials: whether the hub accepts that is not documented."
	case "archived_target":
		return "The hub record written to is out of use."
	case "outcome_unknown":
		return "What the request does hangs on what nobody knows of the API: sameas probe finds it out on a staging group."
	case "irreversible_id":
		return "An ID that is added cannot be taken back."
	case "field_conflict":
		return "The records hold different values; those that do not survive stay in the plan and in fields.csv."
	case "large_cluster":
		return "More records than most clusters hold."
	case "placeholder_id":
		return "The record also bears an ID that names nothing, such as 0: an application that takes the first ID of its own would take that one."
	case "date_left":
		return "A record is created without a date: the file does not tell how it is meant."
	case "reference_left":
		return "The record goes without a reference that would lead nowhere."
	}
	return ""
}

// withheldMeaning says in words why a record is left alone.
func withheldMeaning(reason string) string {
	switch {
	case reason == "in_review":
		return "A person must judge it first."
	case reason == "below_attach":
		return "Alike, but not surely enough for an ID that cannot be taken back."
	case reason == "hub_in_doubt":
		return "The hub holds nothing like it, but not all of the hub may have been read: extract again."
	case reason == "not_in_hub":
		return "The hub holds nothing like it: with merge.create the plan creates it there."
	case reason == "archived_match":
		return "Its only match in the hub is out of use."
	case reason == "archived_referrer":
		return "It is out of use and refers to a duplicate."
	case reason == "ambiguous":
		return "It fits two clusters equally."
	case reason == "two_channels":
		return "Its cluster spans two channels, which are never merged."
	case reason == "second_id":
		return "Its application holds the record twice: merge it there."
	case reason == "old_id_held":
		return "The hub record bears an ID that its application no longer lists: find out what became of that record."
	case reason == "id_held_elsewhere":
		return "A hub record outside its cluster bears its ID already."
	case reason == "hub_value":
		return "Its ID names nothing: give it one of its own."
	case reason == "reference_not_addressable":
		return "A reference in a list whose element has no ID to be addressed by."
	case reason == "foreign_id":
		return "It would gain an ID of another application, which the hub does not take from this one's credentials."
	case reason == "id_not_shared":
		return "It would gain an ID that its duplicate bears, which the hub does not leave on both."
	case strings.HasPrefix(reason, "field_conflict"):
		return "The records differ in what identifies them, such as a birth date or a tax number."
	}
	return ""
}

// fixMeaning says in words why an application should merge two of its IDs.
func fixMeaning(why string) string {
	switch why {
	case "same_review_item":
		return "They may be one: look at the review item."
	case "refused_cannot_link":
		return "Their records look like one thing."
	case "refused_echo":
		return "The second is a copy that a sync made."
	}
	return strings.ReplaceAll(why, "_", " ")
}
