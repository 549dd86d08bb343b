package merge

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// Rules of survivorship, as FieldChoice names them.
const (
	ruleOnlyValue    = "only value"       // no other record holds any
	ruleSource       = "source priority"  // the configuration's order of sources
	ruleValid        = "valid"            // the others are malformed or placeholders
	ruleOwner        = "owner's"          // the configuration says whose the field is
	ruleRecent       = "most recent"      // of the owner's records, the one updated last
	ruleComplete     = "most complete"    // more of the group's fields, or a name spelled out
	ruleSurvivor     = "survivor's own"   // equal in all else
	ruleOrder        = "order of records" // equal in all else, and the survivor holds none: the next in the survivor's order
	ruleAny          = "any says so"      // a flag
	ruleRestrictive  = "most restrictive" // consent
	ruleKept         = "never written"    // the survivor's own stays
	rulePlaceholder  = "placeholder"      // nobody holds a real value: none is copied
	ruleOwnReference = "survivor's own"   // a reference that the survivor holds stays
	ruleReference    = "only reference"   // the survivor holds none
	ruleDecision     = "a person decided" // before every other rule
)

// referenceReader says which hub record a reference means, after the plan's repointing; "" when that is unknown.
type referenceReader func(path string, raw json.RawMessage) string

// survivorship is what becomes of a cluster's fields.
type survivorship struct {
	ranked   []*member // survivor first
	priority map[string]int
	owners   map[string]string // field or group -> the source that owns it
	meaning  referenceReader
	decided  map[string]wanted // field or group -> the record whose value a person wants
}

// decide returns a choice for every field whose value changes on the survivor or is lost on another record, by path.
// A field that all who hold it agree on, the survivor included, needs none.
func (s survivorship) decide() []FieldChoice {
	groups := map[string][]string{}
	kinds := map[string]fieldKind{}
	for _, m := range s.ranked {
		for path, raw := range m.leaves {
			kind := kindOf(path, raw)
			known, seen := kinds[path]
			if !seen {
				group := groupOf(path)
				groups[group] = append(groups[group], path)
			}
			if !seen || kind > known { // a field of two shapes is treated by the more careful rule
				kinds[path] = kind
			}
		}
	}
	var choices []FieldChoice
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		paths := groups[group]
		slices.Sort(paths)
		choices = append(choices, s.decideGroup(paths, kinds)...)
	}
	slices.SortFunc(choices, func(a, b FieldChoice) int { return cmp.Compare(a.Field, b.Field) })
	return choices
}

func (s survivorship) decideGroup(paths []string, kinds map[string]fieldKind) []FieldChoice {
	var choices []FieldChoice
	var plain []string
	for _, path := range paths {
		kind, decider := kinds[path], s.decision(path)
		switch {
		case kind == fieldServer:
		case kind == fieldKept:
			choices = append(choices, s.choose(path, s.ranked[0], ruleKept))
		case kind == fieldReference:
			choices = append(choices, s.chooseReference(path, decider))
		case decider != nil:
			choices = append(choices, s.choose(path, decider, ruleDecision))
		case kind == fieldFlag:
			choices = append(choices, s.choose(path, s.firstSaying(path, true), ruleAny))
		case kind == fieldConsent:
			choices = append(choices, s.choose(path, s.firstSaying(path, refusingField.MatchString(path)), ruleRestrictive))
		default:
			plain = append(plain, path)
		}
	}
	if len(plain) > 0 {
		winner, rule := s.winner(plain)
		for _, path := range plain {
			choices = append(choices, s.choose(path, winner, rule))
		}
	}
	return slices.DeleteFunc(choices, func(c FieldChoice) bool {
		return len(c.Losing) == 0 && !c.changes()
	})
}

// firstSaying is the first record whose field says so; if none does, the first that says anything.
func (s survivorship) firstSaying(path string, wanted bool) *member {
	want := "false"
	if wanted {
		want = "true"
	}
	for _, m := range s.ranked {
		if compact(m.leaves[path]) == want {
			return m
		}
	}
	for _, m := range s.ranked {
		if m.leaves[path] != nil {
			return m
		}
	}
	return s.ranked[0]
}

// claim is how one record stands in the contest for a group of fields.
type claim struct {
	record            *member
	held, valid, full int
	source            int
	owned             bool      // its source owns the field
	updated           time.Time // only of an owned one: elsewhere syncs bump it, whatever they changed
}

// owner is the source that owns one of the fields, "" when none does.
func (s survivorship) owner(paths []string) string {
	for _, path := range paths {
		if owner := cmp.Or(s.owners[path], s.owners[groupOf(path)]); owner != "" {
			return owner
		}
	}
	return ""
}

// updatedAt is when the record was changed last, the zero time when it does not say so in RFC 3339.
func (m *member) updatedAt() time.Time {
	text, _ := textOf(m.leaves["updated_at"])
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

// winner is the record whose values of the group survive, and the first rule that set it apart from every record
// holding something else.
func (s survivorship) winner(paths []string) (*member, string) {
	var claims []claim
	owner := s.owner(paths)
	for _, m := range s.ranked {
		c := claim{record: m, source: s.priority[m.Source]}
		if owner != "" && m.Source == owner {
			c.owned, c.updated = true, m.updatedAt()
		}
		for _, path := range paths {
			raw := m.leaves[path]
			if raw == nil {
				continue
			}
			c.held++
			if isValid(path, raw) {
				c.valid++
				c.full += fullness(path, raw)
			}
		}
		if c.held > 0 {
			claims = append(claims, c)
		}
	}
	best := claims[0]
	for _, c := range claims[1:] {
		if compareClaims(c, best) < 0 {
			best = c
		}
	}
	switch {
	case best.valid == 0:
		return s.ranked[0], rulePlaceholder
	case len(claims) == 1:
		return best.record, ruleOnlyValue
	}
	return best.record, s.ruleOf(best, claims, paths)
}

// compareClaims is negative when a wins. Claims come in the order of survivors, so that a tie stays with the earlier.
func compareClaims(a, b claim) int {
	return cmp.Or(
		preferTrue(a.valid > 0, b.valid > 0),
		preferTrue(a.owned, b.owned),
		b.updated.Compare(a.updated),
		cmp.Compare(a.source, b.source),
		cmp.Compare(b.full, a.full),
	)
}

func (s survivorship) ruleOf(best claim, claims []claim, paths []string) string {
	rule := ""
	rank := func(name string) int {
		return slices.Index([]string{"", ruleValid, ruleOwner, ruleRecent, ruleSource, ruleComplete, ruleSurvivor, ruleOrder}, name)
	}
	for _, c := range claims {
		if c.record == best.record || sameGroup(c.record, best.record, paths) {
			continue
		}
		if decided := decidedBy(best, c, s.ranked[0]); rank(decided) > rank(rule) {
			rule = decided
		}
	}
	if rule == "" && best.record == s.ranked[0] {
		return ruleSurvivor
	}
	return cmp.Or(rule, ruleOrder)
}

func decidedBy(best, other claim, survivor *member) string {
	switch {
	case (best.valid > 0) != (other.valid > 0):
		return ruleValid
	case best.owned != other.owned:
		return ruleOwner
	case !best.updated.Equal(other.updated):
		return ruleRecent
	case best.source != other.source:
		return ruleSource
	case best.full != other.full:
		return ruleComplete
	case best.record == survivor:
		return ruleSurvivor
	}
	return ruleOrder
}

func sameGroup(a, b *member, paths []string) bool {
	for _, path := range paths {
		if !sameValue(path, a.leaves[path], b.leaves[path]) {
			return false
		}
	}
	return true
}

// choose writes down that the winner's value survives, whatever it is.
func (s survivorship) choose(path string, winner *member, rule string) FieldChoice {
	c := FieldChoice{Field: path, Before: orNull(s.ranked[0].leaves[path]), After: orNull(winner.leaves[path]),
		Winner: winner.Key, Rule: rule}
	if sameValue(path, c.Before, c.After) {
		c.After = c.Before
	}
	s.addLosing(&c, func(a, b json.RawMessage) bool { return sameValue(path, a, b) })
	return c
}

func (s survivorship) addLosing(c *FieldChoice, same func(a, b json.RawMessage) bool) {
	var first json.RawMessage
	for _, m := range s.ranked {
		raw := m.leaves[c.Field]
		if raw == nil {
			continue
		}
		if first == nil {
			first = raw
		}
		c.Conflict = c.Conflict || !same(first, raw)
		if !same(raw, c.After) {
			c.Losing = append(c.Losing, LosingValue{Key: m.Key, Value: raw})
		}
	}
}

// chooseReference keeps the survivor's own reference, unless a person decided; a survivor without one gains that of the
// next record.
func (s survivorship) chooseReference(path string, decider *member) FieldChoice {
	winner, rule := s.ranked[0], ruleOwnReference
	switch {
	case decider != nil && (decider.leaves[path] == nil || s.meaning(path, decider.leaves[path]) != ""):
		winner, rule = decider, ruleDecision
	case winner.leaves[path] == nil:
		rule = ruleReference
		for _, m := range s.ranked {
			if m.leaves[path] != nil && s.meaning(path, m.leaves[path]) != "" {
				winner = m
				break
			}
		}
	}
	c := FieldChoice{Field: path, Before: orNull(s.ranked[0].leaves[path]), After: orNull(winner.leaves[path]),
		Winner: winner.Key, Rule: rule}
	s.addLosing(&c, func(a, b json.RawMessage) bool { return s.sameReference(path, a, b) })
	return c
}

func (s survivorship) sameReference(path string, a, b json.RawMessage) bool {
	left, right := s.meaning(path, a), s.meaning(path, b)
	if left == "" && right == "" {
		return compact(a) == compact(b)
	}
	return left == right
}

// changes reports whether the survivor's value becomes another.
func (c FieldChoice) changes() bool { return !sameValue(c.Field, c.Before, c.After) }

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

// hubKeyOf is the hub's own ID in a reference's ID array, in its text form; "" when there is none.
func hubKeyOf(raw json.RawMessage) string {
	var ids []struct {
		Provider string          `json:"provider"`
		Realm    string          `json:"realm"`
		ID       json.RawMessage `json:"id"`
	}
	if json.Unmarshal(raw, &ids) != nil {
		return ""
	}
	for _, id := range ids {
		text, _ := textOf(id.ID)
		if e := (connec.ExternalID{Provider: id.Provider, Realm: id.Realm, ID: text}); e.IsHub() && e.Complete() {
			return e.String()
		}
	}
	return ""
}
