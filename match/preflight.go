package match

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/match/kernel"
)

// Budget is what matching may cost; 0 sets no limit.
type Budget struct {
	Pairs   int64         // to compare, of one collection
	Memory  int64         // bytes, beside the database
	Seconds time.Duration // of comparing, of one collection
}

// PreflightKey is a key of a blocking rule that many records share.
type PreflightKey struct {
	Key     string `json:"key"`
	Records int64  `json:"records"`
	Pairs   int64  `json:"pairs"`
}

// PreflightRule is what one blocking rule would compare; a pair that several rules find counts under each.
type PreflightRule struct {
	Rule    string         `json:"rule"`
	Keys    int64          `json:"keys"` // shared by two records or more
	Pairs   int64          `json:"pairs"`
	Left    int64          `json:"pairs_left_out"` // of keys over the rule's own budget, which were split
	Largest []PreflightKey `json:"largest"`        // before any was split
}

// Preflight is what comparing one collection would cost, known before a pair is scored.
type Preflight struct {
	Collection string          `json:"collection"`
	Records    int64           `json:"records"`
	Pairs      int64           `json:"pairs"` // at most: pairs that several rules find are compared once
	Rules      []PreflightRule `json:"rules"`
	Seconds    float64         `json:"seconds"` // about, of comparing: measured on some of the pairs
	Memory     int64           `json:"memory"`  // bytes, about, beside the database
}

// Preflights are those of all collections.
type Preflights struct {
	Collections []Preflight `json:"collections"`
}

// Plan says what matching would compare and what that would cost, and scores nothing. An excess of the budget is an
// OverBudgetError, as it is in Run.
func Plan(ctx context.Context, o Options) (Preflights, error) {
	o = o.withDefaults()
	collections, err := chosen(ctx, o)
	if err != nil {
		return Preflights{}, err
	}
	var all Preflights
	for _, collection := range collections {
		s, err := schemaOf(collection, o.Config)
		if err != nil {
			return Preflights{}, err
		}
		m := &matching{options: o, schema: s}
		for _, step := range []func(context.Context) error{m.features, m.block} {
			if err := step(ctx); err != nil {
				return Preflights{}, fmt.Errorf("match %s: %w", collection, err)
			}
		}
		all.Collections = append(all.Collections, m.preflight)
	}
	return all, nil
}

// OverBudgetError says that comparing a collection would cost more than is allowed, which rule is at fault and what to do.
type OverBudgetError struct {
	Preflight Preflight
	what      string
}

// Error names the cost, the rule with most pairs and its largest key.
func (e *OverBudgetError) Error() string {
	worst := slices.MaxFunc(e.Preflight.Rules, func(a, b PreflightRule) int { return cmp.Compare(a.Pairs, b.Pairs) })
	text := fmt.Sprintf("%s of %s: refused before a pair was scored: the rule %q alone makes %d of %d pairs", e.what, e.Preflight.Collection, worst.Rule, worst.Pairs, e.Preflight.Pairs)
	if len(worst.Largest) > 0 {
		k := worst.Largest[0]
		text += fmt.Sprintf(", and %d records share its key %q: if that is a placeholder, clear it in its application", k.Records, k.Key)
	}
	return text + "; `sameas match --preflight` lists all rules; or allow more"
}

// over returns the error of a cost beyond the budget, or nil.
func (b Budget) over(p Preflight) error {
	switch {
	case b.Pairs > 0 && p.Pairs > b.Pairs:
		return &OverBudgetError{p, fmt.Sprintf("%d pairs to compare, %d allowed,", p.Pairs, b.Pairs)}
	case b.Memory > 0 && p.Memory > b.Memory:
		return &OverBudgetError{p, fmt.Sprintf("about %s of memory, %s allowed,", megabytes(p.Memory), megabytes(b.Memory))}
	case b.Seconds > 0 && p.Seconds > b.Seconds.Seconds():
		return &OverBudgetError{p, fmt.Sprintf("about %.0f s of comparing, %.0f s allowed,", p.Seconds, b.Seconds.Seconds())}
	}
	return nil
}

func megabytes(bytes int64) string { return fmt.Sprintf("%d MB", (bytes+1<<19)>>20) }

// weighPlan fills in what the plan would cost.
func (m *matching) weighPlan(ctx context.Context) error {
	p := Preflight{Collection: m.schema.collection, Records: int64(len(m.records))}
	for r := range m.plan.rules {
		rp := &m.plan.rules[r]
		rule := PreflightRule{Rule: m.schema.rules[r].name, Keys: rp.keys, Pairs: rp.pairs, Largest: rp.top}
		for _, f := range rp.refined {
			rule.Left += f.pairs - f.left
		}
		p.Pairs += rule.Pairs
		p.Rules = append(p.Rules, rule)
	}
	var err error
	if p.Seconds, err = m.expectedSeconds(ctx, p.Pairs); err != nil {
		return err
	}
	p.Memory = expectedMemory(p.Records)
	m.preflight = p
	if err := m.options.Budget.over(p); err != nil {
		return err
	}
	m.options.Log.Info("pairs to compare", "collection", p.Collection, "records", p.Records, "pairs_at_most", p.Pairs,
		"seconds_about", math.Round(10*p.Seconds)/10, "memory_about", megabytes(p.Memory))
	return nil
}

// timedPairs is about how many pairs are compared to see how long one takes.
const timedPairs = 20_000

// expectedSeconds compares some pairs, without weights and so without short cuts: scoring takes less.
func (m *matching) expectedSeconds(ctx context.Context, pairs int64) (float64, error) {
	threads, start := workers(m.options.Threads), time.Now()
	result, err := scan(ctx, m.set, m.schema.patternsOnly(), sampleBlocks(m.plan, timedPairs), threads, func(int64, int64) {})
	seen := int64(0)
	for _, n := range result.Pairs {
		seen += n
	}
	if seen == 0 {
		return 0, err
	}
	return time.Since(start).Seconds() / float64(seen) * float64(pairs), err
}

// keptPerRecord is how many kept pairs a record has, generously: what they take is reckoned with before there are any.
const keptPerRecord = 2

// expectedMemory is what the records take by now, and what their kept pairs will.
func expectedMemory(records int64) int64 {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc) + records*keptPerRecord*bytesPerKept
}

// bytesPerKept is what a kept pair takes: as an edge, as a pair in full and as a candidate of clustering.
const bytesPerKept = 16 + 64 + 16

// largestKeys are the largest groups of a rule, worded.
func (s *schema) largestKeys(set *kernel.Set, rule int, of ruleGroups) []PreflightKey {
	const told = 3
	var top []group // those with the smaller keys first among equals
	for _, g := range of.groups {
		at, _ := slices.BinarySearchFunc(top, g, func(a, b group) int {
			return cmp.Or(cmp.Compare(b.size(), a.size()), cmp.Compare(a.key, b.key))
		})
		if at < told {
			top = slices.Insert(top, at, g)[:min(told, len(top)+1)]
		}
	}
	k := s.newKeyring()
	var keys []PreflightKey
	for _, g := range top {
		words := k.wordsOf(vals(set, of.records[g.from], nil), rule, g.key)
		keys = append(keys, PreflightKey{Key: words, Records: int64(g.size()), Pairs: g.pairs()})
	}
	return keys
}

// Text is a table a collection.
func (p Preflights) Text() string {
	var b strings.Builder
	for _, c := range p.Collections {
		fmt.Fprintf(&b, "%s: %d records, %d pairs at most, about %.1f s of comparing and %s of memory beside the database\n",
			c.Collection, c.Records, c.Pairs, c.Seconds, megabytes(c.Memory))
		table(&b, func(w io.Writer) {
			fmt.Fprintln(w, "RULE\tKEYS\tPAIRS\tLEFT OUT\tLARGEST KEYS")
			for _, r := range c.Rules {
				var largest []string
				for _, k := range r.Largest {
					largest = append(largest, fmt.Sprintf("%s (%d)", strings.ReplaceAll(k.Key, kernel.Separator, " "), k.Records))
				}
				fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\n", r.Rule, r.Keys, r.Pairs, r.Left, strings.Join(largest, ", "))
			}
		})
	}
	return b.String()
}
