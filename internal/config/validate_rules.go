package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

func (d *document) has(path string) bool { return d.nodes[path] != nil }

func (d *document) wantOneOf(path, key, value string, valid []string) {
	switch {
	case slices.Contains(valid, value):
	case value == "":
		d.at(path, "`%s` is missing: valid are %s", key, quoted(valid))
	default:
		d.at(path, "`%s` cannot be %q: %s", key, value, suggestion(value, valid))
	}
}

func (d *document) wantNotNegative(path string, value float64) {
	if value < 0 {
		d.at(path, "`%s` must not be negative: requests per second, 0 for no limit", lastKey(path))
	}
}

func (d *document) wantShare(path string, value float64) {
	if d.has(path) && (value <= 0 || value > 1) {
		d.at(path, "`%s` must be above 0 and at most 1", lastKey(path))
	}
}

func (c *Config) validateProviders(d *document) {
	type place struct{ provider, realm string }
	seen := map[place]bool{}
	for i, p := range c.Providers {
		at := fmt.Sprintf("providers[%d]", i)
		switch p.Provider {
		case "":
			d.at(at, "an entry of `providers` lacks its `provider`")
		case connec.HubProvider:
			d.at(at+".provider", "`connec` is the hub's own provider: its records may always be duplicates of each other")
		}
		d.wantOneOf(at+".distinct", "distinct", p.Distinct, []string{DistinctForbid, DistinctReview, DistinctAllow})
		here := place{p.Provider, p.Realm}
		if seen[here] {
			d.at(at, "provider %q, realm %q has an entry already: the first one counts", p.Provider, p.Realm)
		} else if seen[place{p.Provider, anyRealm}] {
			d.at(at, "provider %q, realm %q is never reached: the entry for realm \"*\" stands before it", p.Provider, p.Realm)
		}
		seen[here] = true
	}
}

func (c *Config) validateMatch(d *document) {
	for _, name := range sortedKeys(c.Match) {
		at := "match." + name
		validateCollection(d, at, name)
		t, before := c.Thresholds(name), len(d.found)
		d.wantShare(at+".thresholds.auto", c.Match[name].Thresholds.Auto)
		d.wantShare(at+".thresholds.review", c.Match[name].Thresholds.Review)
		d.wantShare(at+".thresholds.attach", c.Match[name].Thresholds.Attach)
		if len(d.found) == before && (t.Review > t.Auto || t.Auto > t.Attach) {
			d.at(at+".thresholds", "`thresholds` must rise: review (%v) <= auto (%v) <= attach (%v)", t.Review, t.Auto, t.Attach)
		}
		validateMatchFields(d, at, c.Match[name].Fields)
	}
}

func validateMatchFields(d *document, at string, fields []MatchField) {
	seen := map[string]bool{}
	for i, f := range fields {
		path := fmt.Sprintf("%s.fields[%d]", at, i)
		if !fieldPath.MatchString(f.Name) {
			d.at(path, "a field of `match` lacks a `name` of letters, digits and underscores")
		}
		if !fieldPath.MatchString(f.Path) {
			d.at(path, "field `%s` lacks its `path`, a field path that a source maps", f.Name)
		}
		d.wantOneOf(path+".compare", "compare", f.Compare, []string{CompareExact, CompareExactOrTypo, CompareText})
		if seen[f.Name] {
			d.at(path+".name", "field name `%s` is taken", f.Name)
		}
		seen[f.Name] = true
	}
}

// stopHazards are the names that merge.allow may hold.
func stopHazards() []string {
	return []string{HazardIDOnTwoRecords, HazardRetirePropagates, HazardForeignID, HazardArchivedTarget, HazardOutcomeUnknown}
}

func (c *Config) validateMerge(d *document) {
	d.wantOneOf("merge.via", "via", c.Merge.Via, []string{ViaUpsert, ViaNative})
	d.wantShare("merge.max_share", c.Merge.MaxShare)
	d.wantNotNegative("merge.rate", c.Merge.Rate)
	if c.Merge.UndoDays < 1 {
		d.at("merge.undo_days", "`undo_days` must be at least 1: days after the last write")
	}
	if c.Merge.Concurrency < 1 || c.Merge.Concurrency > maxConcurrency {
		d.at("merge.concurrency", "`concurrency` must be between 1 and %d", maxConcurrency)
	}
	if c.Merge.Batch < 0 || c.Merge.Batch > connec.MaxBatch {
		d.at("merge.batch", "`batch` must be between 0 (each write in a request of its own) and %d", connec.MaxBatch)
	}
	var owners []string
	for _, s := range c.Sources {
		if s.Type != TypeLinks {
			owners = append(owners, s.Name)
		}
	}
	for _, field := range sortedKeys(c.Merge.Owners) {
		d.wantOneOf("merge.owners."+field, field, c.Merge.Owners[field], owners)
	}
	for i, name := range c.Merge.Allow {
		d.wantOneOf(fmt.Sprintf("merge.allow[%d]", i), "allow", name, stopHazards())
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
