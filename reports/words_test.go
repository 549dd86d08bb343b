package reports

import (
	"testing"

	"github.com/sameas/sameas/merge"
)

// TestEveryWordOfAPlanHasAMeaning: what a plan names and the report leaves unexplained is a word that nobody can act on.
func TestEveryWordOfAPlanHasAMeaning(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		merge.HazardTwoRecords, merge.HazardRetire, merge.HazardForeignID, merge.HazardArchived, merge.HazardOutcomeUnknown,
		merge.HazardIrreversible, merge.HazardFieldConflict, merge.HazardLargeCluster, merge.HazardPlaceholder, merge.HazardReferenceLeft,
	} {
		if hazardMeaning(name) == "" {
			t.Errorf("hazard %s has no meaning", name)
		}
	}
	for _, reason := range []string{
		merge.WithheldReview, merge.WithheldAmbiguous, merge.WithheldBelowAttach, merge.WithheldNotInHub, merge.WithheldArchived,
		merge.WithheldReferrer, merge.WithheldChannels, merge.WithheldSecondID, merge.WithheldElsewhere, merge.WithheldHubValue,
		merge.WithheldReference, merge.WithheldBirthDate, merge.WithheldNoAddress, merge.WithheldForeign, merge.WithheldHeld,
	} {
		if withheldMeaning(reason) == "" {
			t.Errorf("reason %s has no meaning", reason)
		}
	}
}
