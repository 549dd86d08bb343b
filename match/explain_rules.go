package match

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/xrash/smetrics"

	queries "github.com/sameas/sameas/sql"
)

// RuleCheck is what one blocking rule makes of a pair: the keys that it shares, or how near it was.
type RuleCheck struct {
	Rule   string   `json:"rule"`
	Shared []string `json:"shared"` // keys; some: the rule puts the pair together
	Left   []string `json:"left"`   // all keys of each
	Right  []string `json:"right"`
	// MissingLeft and MissingRight are the fields without a value that keep the rule from giving a key at all.
	MissingLeft  []string `json:"missing_left,omitempty"`
	MissingRight []string `json:"missing_right,omitempty"`
	// Nearest are the two keys that differ least, when none is shared.
	Nearest *[2]string `json:"nearest,omitempty"`
}

// ruleKeys are a record's block keys in words, rule by rule. Different keys of equal words are told apart by their number.
func (s *schema) ruleKeys(vals []string) [][]wordedKey {
	ring := s.newKeyring()
	ring.read(vals)
	keys := make([][]wordedKey, len(s.rules))
	for i := range s.rules {
		keys[i] = ring.inWords(i)
	}
	return keys
}

// findRules says which rules, IDs and links put the pair together, or why none did.
func (e *Explanation) findRules(ctx context.Context, v *pairView) error {
	var ways []string
	compared := false
	args := queries.Args{"collection": v.l.collection, "left": v.l.rid, "right": v.r.rid}
	err := queries.Each(ctx, v.db, "match/103_pair_edges.sql", args, func(rows *sql.Rows) error {
		var kind, via string
		err := rows.Scan(&kind, &via)
		if kind == "fuzzy" {
			compared = true
		} else {
			ways = append(ways, foundBy(kind, via))
		}
		return err
	})
	if err != nil {
		return err
	}
	var sharing []string
	left, right := v.schema.ruleKeys(v.l.vals), v.schema.ruleKeys(v.r.vals)
	for i, rule := range v.schema.rules {
		check := v.check(rule, left[i], right[i])
		e.Rules = append(e.Rules, check)
		if len(check.Shared) > 0 {
			sharing = append(sharing, fmt.Sprintf("%q", rule.name))
		}
	}
	ways = append(ways, v.blocked(sharing, compared))
	e.FoundBy = strings.Join(ways, "; ")
	return nil
}

func foundBy(kind, via string) string {
	switch kind {
	case "shared_id":
		return "both carry the ID " + via
	case "link":
		return "linked by " + via
	}
	return "judged the same: " + via
}

// blocked words what blocking made of the pair.
func (v *pairView) blocked(sharing []string, compared bool) string {
	under := "compared under the rule "
	if len(sharing) > 1 {
		under = "compared under the rules "
	}
	under += strings.Join(sharing, ", ")
	switch {
	case len(sharing) == 0:
		return "no blocking rule puts the two together: they share no key under any"
	case compared:
		return under
	case v.l.channel != "" && v.r.channel != "" && v.l.channel != v.r.channel:
		return fmt.Sprintf("never compared: they are of two channels of the hub, %s and %s", v.l.channel, v.r.channel)
	case v.comparison.Weight < v.weigher.model.spec.Keep:
		return under + ", and not kept: it weighs less than the review threshold"
	}
	return "not compared, though they share a key under the rule " + strings.Join(sharing, ", ") + ": too many records share it, see the conflicts of kind oversized_block"
}

func (v *pairView) check(rule rule, left, right []wordedKey) RuleCheck {
	c := RuleCheck{Rule: rule.name, Shared: []string{}, Left: []string{}, Right: []string{}}
	for _, key := range left {
		c.Left = append(c.Left, key.text)
		if slices.Contains(right, key) {
			c.Shared = append(c.Shared, key.text)
		}
	}
	for _, key := range right {
		c.Right = append(c.Right, key.text)
	}
	if len(c.Left) == 0 {
		c.MissingLeft = v.lacking(rule, v.l)
	}
	if len(c.Right) == 0 {
		c.MissingRight = v.lacking(rule, v.r)
	}
	if len(c.Shared) == 0 {
		c.Nearest = nearest(c.Left, c.Right)
	}
	return c
}

// lacking are the rule's fields that a record has no value for; all of them, when it has values that make no key.
func (v *pairView) lacking(rule rule, r explained) []string {
	var empty, all []string
	for _, name := range rule.fields {
		f := v.schema.index(name)
		if f < 0 {
			continue
		}
		all = append(all, v.schema.fields[f].label)
		if r.vals[f] == "" {
			empty = append(empty, v.schema.fields[f].label)
		}
	}
	if len(empty) > 0 {
		return empty
	}
	return all
}

// nearest are the two keys with the fewest edits between them, the first of equals.
func nearest(left, right []string) *[2]string {
	var best *[2]string
	least := 0
	for _, l := range left {
		for _, r := range right {
			if edits := smetrics.WagnerFischer(l, r, 1, 1, 1); best == nil || edits < least {
				best, least = &[2]string{l, r}, edits
			}
		}
	}
	return best
}
