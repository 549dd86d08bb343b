package merge

import "github.com/sameas/sameas/internal/connec"

// notExtracted names, for each collection in which the plan merges records, the collections that may refer to it and that
// were not extracted: their references to duplicates cannot be seen, and stay.
func (p *planner) notExtracted() map[string][]string {
	missing := map[string][]string{}
	for collection, losers := range p.losers {
		if len(losers) == 0 {
			continue
		}
		for _, name := range connec.PossibleReferrers() {
			_, extracted := p.digests.extract[name]
			if name != collection && !extracted {
				missing[collection] = append(missing[collection], name)
			}
		}
	}
	return missing
}
