package merge

// possibleReferrers are the collections that are known to refer to people or organizations, then those of which it is not known.
// The names are those that public clients of Connec! use; the fields are known of few (invoices and payments bear
// organization_id and person_id), and nothing public lists the schemas whole: so every one of them may refer, and others
// that are not named here might.
func possibleReferrers() []string {
	return []string{"people", "invoices", "payments", "credit_notes", "quotes", "sales_orders", "purchase_orders", "opportunities",
		"projects", "events", "event_orders", "employees", "time_activities", "journals", "contacts"}
}

// notExtracted names, for each collection in which the plan merges records, the collections that may refer to it and that
// were not extracted: their references to duplicates cannot be seen, and stay.
func (p *planner) notExtracted() map[string][]string {
	missing := map[string][]string{}
	for collection, losers := range p.losers {
		if len(losers) == 0 {
			continue
		}
		for _, name := range possibleReferrers() {
			_, extracted := p.digests.extract[name]
			if name != collection && !extracted {
				missing[collection] = append(missing[collection], name)
			}
		}
	}
	return missing
}
