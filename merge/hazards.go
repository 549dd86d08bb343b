package merge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// Names of hazards. Stops are refused unless allowed by name, with --allow or merge.allow; notices are printed.
const (
	HazardTwoRecords     = "id_on_two_records" // stop: IDs are add-only, so the loser keeps the ID that the survivor gains
	HazardRetire         = "retire_propagates" // stop: INACTIVE is a delete in the applications that hold an ID of the loser
	HazardForeignID      = "foreign_id"        // stop: another provider's ID, written with this application's credentials
	HazardArchived       = "archived_target"   // stop: the record written to is out of use
	HazardOutcomeUnknown = "outcome_unknown"   // stop: nobody knows what the request does, see behaviour.yaml
	HazardIrreversible   = "irreversible_id"   // notice: an external ID cannot be taken back
	HazardFieldConflict  = "field_conflict"    // notice: records of the cluster held different values
	HazardLargeCluster   = "large_cluster"     // notice: more records than most clusters hold
	HazardPlaceholder    = "placeholder_id"    // notice: the record bears an ID that names nothing, of an application whose ID it gains
	HazardReferenceLeft  = "reference_left"    // notice: a record goes without a reference that would lead nowhere
	HazardDateLeft       = "date_left"         // notice: a record is created without a date of which nobody knows how it is meant
)

// largeCluster is the number of records from which a cluster is pointed out: each application seldom adds more than one.
const largeCluster = 8

// stops lists the hazards that are refused unless allowed, sorted.
func stops() []string {
	return []string{HazardArchived, HazardForeignID, HazardTwoRecords, HazardOutcomeUnknown, HazardRetire}
}

// hazardMeaning says what the hazard is, in a few words; each operation says more of its own.
func hazardMeaning(name string) string {
	switch name {
	case HazardTwoRecords:
		return "a duplicate keeps the ID that its survivor gains: IDs cannot be taken back"
	case HazardRetire:
		return "INACTIVE is a delete in the applications that know the duplicate"
	case HazardForeignID:
		return "an ID of another application than those being onboarded"
	case HazardArchived:
		return "the record written to is out of use"
	case HazardOutcomeUnknown:
		return "nobody knows what the request does: sameas probe finds it out"
	case HazardIrreversible:
		return "an ID, once written, stays"
	case HazardFieldConflict:
		return "duplicates hold different values; those that lose stay in the plan"
	case HazardLargeCluster:
		return fmt.Sprintf("%d records or more are held to be one", largeCluster)
	case HazardPlaceholder:
		return "the record also bears an ID that names nothing, such as 0"
	case HazardDateLeft:
		return "a record is created without a date of which the file does not tell how it is meant"
	case HazardReferenceLeft:
		return "a record goes without a reference that would lead nowhere"
	}
	return ""
}

func hazard(name, format string, args ...any) Hazard {
	return Hazard{Name: name, Stop: slices.Contains(stops(), name), Text: fmt.Sprintf(format, args...)}
}

func irreversible(ids []connec.ExternalID) Hazard {
	return hazard(HazardIrreversible, "%s cannot be taken back from the record", names(ids))
}

func twoRecords(ids []connec.ExternalID) Hazard {
	return hazard(HazardTwoRecords, "%s will be on two hub records: a request addressed by such an ID reaches either", names(ids))
}

func foreignIDs(ids []connec.ExternalID) Hazard {
	return hazard(HazardForeignID, "%s belongs to another application than those being onboarded: whether their credentials may write it is unknown", names(ids))
}

func retirePropagates(m *member) Hazard {
	return hazard(HazardRetire, "INACTIVE deletes the record in the applications that know it (%s)", names(applicationIDs(m)))
}

func fieldConflict(fields []string) Hazard {
	return hazard(HazardFieldConflict, "the records differ in %s; losing values stay in the plan", strings.Join(fields, ", "))
}

// names lists IDs as a reader names them, the first three in full.
func names(ids []connec.ExternalID) string {
	var texts []string
	for i, id := range ids {
		if i == 3 {
			texts = append(texts, fmt.Sprintf("%d more", len(ids)-3))
			break
		}
		texts = append(texts, id.String())
	}
	return strings.Join(texts, ", ")
}

// applicationIDs are the record's IDs but the hub's own.
func applicationIDs(m *member) []connec.ExternalID {
	return slices.DeleteFunc(m.externalIDs(), connec.ExternalID.IsHub)
}
