package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// answer is what a person says of an item on the page. Records are named by their places on the card.
type answer struct {
	Collection string         `json:"collection"`
	ID         string         `json:"id"`
	Sampled    bool           `json:"sampled"`
	Version    string         `json:"version"`  // of the item as the person saw it
	Groups     []int          `json:"groups"`   // of each record: records of one number are one thing
	Survivor   *int           `json:"survivor"` // the record that the others are merged into, if the person chose one
	Values     map[string]int `json:"values"`   // of a row of the card: the record whose value survives
	Why        string         `json:"why"`
}

// errAnswer says that an answer does not fit its item.
var errAnswer = errors.New("the answer does not fit the item")

// longestWhy is how many bytes a remark may have.
const longestWhy = 2000

func (a answer) check(members []ReviewMember, hub []bool) error {
	inside := func(i int) bool { return i >= 0 && i < len(members) }
	switch {
	case len(a.Groups) != len(members):
		return fmt.Errorf("%w: it tells of %d records, the item holds %d", errAnswer, len(a.Groups), len(members))
	case a.Survivor != nil && (!inside(*a.Survivor) || !hub[*a.Survivor]):
		return fmt.Errorf("%w: only a record of the hub can survive", errAnswer)
	case len(a.Why) > longestWhy:
		return fmt.Errorf("%w: the remark has more than %d bytes", errAnswer, longestWhy)
	}
	for row, i := range a.Values {
		if len(decidedPaths(row)) == 0 || !inside(i) || !hub[i] {
			return fmt.Errorf("%w: only a value of a record of the hub can be chosen, and not of %q", errAnswer, row)
		}
	}
	return nil
}

// decisions are what the answer says beyond what stands, and those that stand no more because of it. Records of one group
// are chained by `same`, but for a cluster that nobody asked about; every two of different groups are `different`, so that no
// later cluster joins them by the way; what stood otherwise among them is decided anew. held picks of a record's paths those
// with a value: a person who chooses the value of one empties no other.
func (a answer) decisions(members []ReviewMember, stand *judgements, who string, at time.Time, held func(i int, paths []string) []string) (said, replaced []Decision) {
	within := stand.within(a.Collection, members)
	before := map[[4]string][]Decision{}
	for _, d := range within {
		before[d.subject()] = append(before[d.subject()], d)
	}
	decide := func(kind, record, other, field string) Decision {
		return Decision{Collection: a.Collection, Kind: kind, Record: record, Other: other, Field: field, Who: who, At: at, Why: a.Why}
	}
	say := func(d Decision) {
		otherwise := func(b Decision) bool { return b.Kind != d.Kind }
		stood := before[d.subject()]
		if len(stood) > 0 && !slices.ContainsFunc(stood, otherwise) {
			return
		}
		said = append(said, d)
		replaced = append(replaced, stood...)
		before[d.subject()] = []Decision{d}
	}
	first := map[int]int{}
	for i := range members {
		for k := range i {
			same, different := decide(Same, members[k].Key, members[i].Key, ""), decide(Different, members[k].Key, members[i].Key, "")
			if a.Groups[k] != a.Groups[i] {
				say(different)
				continue
			}
			if k == firstOf(first, a.Groups[i], k) && a.asksAbout(members, i) || slices.ContainsFunc(before[same.subject()], func(b Decision) bool { return b.Kind == Different }) {
				say(same)
			}
		}
		firstOf(first, a.Groups[i], i)
	}
	chosen := a.chosen(members, decide, held)
	said = append(said, chosen...)
	return said, append(replaced, a.givenUp(within, chosen)...)
}

// chosen are the decisions on the survivor and on values.
func (a answer) chosen(members []ReviewMember, decide func(kind, record, other, field string) Decision, held func(i int, paths []string) []string) (all []Decision) {
	if a.Survivor != nil {
		all = append(all, decide(Survivor, members[*a.Survivor].Key, "", ""))
	}
	for _, row := range slices.Sorted(maps.Keys(a.Values)) {
		for _, path := range held(a.Values[row], decidedPaths(row)) {
			all = append(all, decide(Value, members[a.Values[row]].Key, "", path))
		}
	}
	return all
}

// givenUp are the earlier choices of a survivor or of values that the person makes anew. A row of the card may stand for
// several paths, of which the record chosen before held another one than this.
func (a answer) givenUp(within, chosen []Decision) (all []Decision) {
	for _, d := range within {
		again := func(c Decision) bool {
			return d.Kind == c.Kind && (d.Kind == Survivor || d.Kind == Value && displayField(d.Field) == displayField(c.Field))
		}
		if slices.ContainsFunc(chosen, again) {
			all = append(all, d)
		}
	}
	return all
}

// asksAbout reports whether the record's being one with the first of its group is a part of the question: it is not where
// they share a cluster that sameas is sure of, and the question is whether other clusters belong to it.
func (a answer) asksAbout(members []ReviewMember, i int) bool {
	if members[i].Tier == "review" {
		return true
	}
	alone := !slices.ContainsFunc(members, func(m ReviewMember) bool { return m.Cluster != members[i].Cluster })
	first := slices.Index(a.Groups, a.Groups[i])
	return alone || members[first].Cluster != members[i].Cluster
}

// heldPaths picks the paths under which the record, JSON, holds something.
func heldPaths(raw string, paths []string) []string {
	var record map[string]any
	if json.Unmarshal([]byte(raw), &record) != nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		var at any = record
		for part := range strings.SplitSeq(path, ".") {
			fields, _ := at.(map[string]any)
			at = fields[part]
		}
		return !holdsSomething(at)
	})
}

func holdsSomething(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), holdsSomething)
	case []any:
		return slices.ContainsFunc(v, holdsSomething)
	}
	return true
}

// versionOf names the state of an item: its records, and what was decided on them. An answer to another state is refused.
func versionOf(members []ReviewMember, decided []Decision) string {
	h := sha256.New()
	for _, m := range members {
		fmt.Fprintf(h, "%q %q %q\n", m.Key, m.Cluster, m.Tier)
	}
	for _, d := range decided {
		fmt.Fprintf(h, "%q %q %q %q %d\n", d.Kind, d.Record, d.Other, d.Field, d.At.UnixMicro())
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// decidedPaths are the field paths, or beginnings of paths, that a row of a card shows; none where nobody can decide.
func decidedPaths(row string) []string {
	phones := func(groups []string, kind string) (paths []string) {
		for _, group := range groups {
			paths = append(paths, group+"."+kind, group+"."+kind+"2")
		}
		return paths
	}
	switch row {
	case "Name":
		return []string{"name"}
	case "Title":
		return []string{"title"}
	case "First name":
		return []string{"first_name"}
	case "Last name":
		return []string{"last_name"}
	case "Birth date":
		return []string{"birth_date"}
	case "Reference":
		return []string{"reference"}
	case "E-mail":
		return []string{"email"}
	case "Website":
		return []string{"website"}
	case "Mobile":
		return phones([]string{"phone", "phone_home", "phone_work"}, "mobile")
	case "Landline":
		return phones([]string{"phone_home"}, "landline")
	case "Work phone":
		return phones([]string{"phone", "phone_work"}, "landline")
	case "Address":
		return []string{"address", "address_home", "address_work"}
	case "Job title":
		return []string{"job_title"}
	case "Company":
		return []string{"company_name"}
	case "Organization":
		return []string{"organization_id"}
	}
	return nil
}
