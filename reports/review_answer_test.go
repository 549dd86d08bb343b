package reports

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// latest keeps the later decision on each subject, as the workspace is read.
func latest(decisions []Decision) []Decision {
	at := map[[4]string]int{}
	var all []Decision
	for _, d := range decisions {
		if i, known := at[d.subject()]; known {
			all[i] = d
			continue
		}
		at[d.subject()] = len(all)
		all = append(all, d)
	}
	return all
}

// numbered numbers groups in the order of their first records.
func numbered(groups []int) []int {
	seen := map[int]int{}
	out := make([]int, len(groups))
	for i, g := range groups {
		out[i] = firstOf(seen, g, len(seen))
	}
	return out
}

// randomMembers are records of a few clusters, some of them taken out of auto.
func randomMembers(dice *rand.Rand) []ReviewMember {
	tiers := []string{"auto", "review", "auto"}
	members := make([]ReviewMember, 2+dice.IntN(5))
	for i := range members {
		c := dice.IntN(3)
		members[i] = ReviewMember{Key: fmt.Sprintf("a/1/%d", i), Cluster: fmt.Sprint(c), Tier: tiers[c]}
	}
	return members
}

// TestAnAnswerStandsWhateverWasDecidedBefore: after any answers, the latest one is what stands, whole and without
// contradiction, and an answer that says what stands already adds nothing.
func TestAnAnswerStandsWhateverWasDecidedBefore(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		dice := rand.New(rand.NewPCG(seed, 11))
		members := randomMembers(dice)
		var decisions []Decision
		for range dice.IntN(6) { // of a file: pairs at random
			i, k := dice.IntN(len(members)), dice.IntN(len(members))
			decisions = latest(append(decisions, Decision{Collection: "people", Kind: []string{Same, Different}[dice.IntN(2)], Record: members[i].Key, Other: members[k].Key}))
		}
		for range 1 + dice.IntN(3) {
			a := answer{Collection: "people", Groups: make([]int, len(members))}
			for i := range a.Groups {
				a.Groups[i] = dice.IntN(3)
			}
			said, _ := a.decisions(members, newJudgements(decisions), "anna", time.Time{}, nil)
			decisions = latest(append(decisions, said...))
			j := newJudgements(decisions)
			p := j.partition("people", members)
			if self := slices.ContainsFunc(decisions, func(d Decision) bool { return d.Record == d.Other && d.Kind == Different }); self {
				continue // a record of a file that differs from itself says nothing
			}
			if !slices.Equal(p.group, numbered(a.Groups)) || !p.settled || p.disputed || len(j.conflicts) > 0 {
				t.Fatalf("seed %d: %v of %+v stands as %+v after %+v; conflicts %v", seed, numbered(a.Groups), members, p, said, j.conflicts)
			}
			if again, replaced := a.decisions(members, j, "anna", time.Time{}, nil); len(again)+len(replaced) > 0 {
				t.Fatalf("seed %d: the same answer adds %+v and replaces %+v", seed, again, replaced)
			}
		}
	}
}

// TestDifferentLeavesASureClusterAlone: that A and B are two things says nothing of whether A is one.
func TestDifferentLeavesASureClusterAlone(t *testing.T) {
	t.Parallel()
	members := []ReviewMember{{Key: "a/1/1", Cluster: "A", Tier: "auto"}, {Key: "a/1/2", Cluster: "A", Tier: "auto"}, {Key: "a/1/3", Cluster: "B", Tier: "single"}}
	a := answer{Collection: "people", Groups: []int{0, 0, 1}}
	said, _ := a.decisions(members, newJudgements(nil), "anna", time.Time{}, nil)
	for _, d := range said {
		if d.Kind != Different || d.Other != "a/1/3" {
			t.Errorf("it says %s %s %s", d.Record, d.Kind, d.Other)
		}
	}
	members[0].Tier, members[1].Tier = "review", "review"
	said, _ = a.decisions(members, newJudgements(nil), "anna", time.Time{}, nil)
	if !slices.ContainsFunc(said, func(d Decision) bool { return d.Kind == Same && d.Record == "a/1/1" && d.Other == "a/1/2" }) {
		t.Errorf("a cluster that was taken out of auto is asked about: %+v", said)
	}
}

func TestHeldPaths(t *testing.T) {
	t.Parallel()
	raw := `{"first_name":"Ann","last_name":"","email":{"address":"","address2":"a@x.org"},"phone_home":{"mobile":null},"website":{"url":""},"is_lead":false,"organization_id":[{"id":"1"}],"tags":[]}`
	got := heldPaths(raw, []string{"first_name", "last_name", "email", "phone_home.mobile", "phone_work.mobile", "website", "is_lead", "organization_id", "tags", "first_name.x"})
	if want := []string{"first_name", "email", "is_lead", "organization_id"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := heldPaths("no JSON", []string{"email"}); len(got) != 0 {
		t.Errorf("%q of no record", got)
	}
}

// TestEveryDecidedPathHasItsRow: what the page decides on is shown in the row that it was decided in.
func TestEveryDecidedPathHasItsRow(t *testing.T) {
	t.Parallel()
	for _, row := range displayFields() {
		for _, path := range decidedPaths(row) {
			if i := displayField(path); i < 0 || displayFields()[i] != row && path != "phone.landline" {
				t.Errorf("%s is of row %q, shown in %d", path, row, i)
			}
		}
	}
}
