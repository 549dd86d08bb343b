package reports

import (
	"fmt"
	"html/template"
	"strings"
)

// view is the page as the template reads it.
type view struct {
	*page
	Policy        string
	Head          template.HTML
	Hub           string
	Twins, Maybe  int64
	Stale, Stops  []string
	Figures       []figure
	Steps         []step
	Charts        []chart
	Overlaps      []overlap
	QualityGroups []qualityGroup
	Cards         []cardView
}

type figure struct{ What, Value, More string }

// step is one of the order of onboarding: done, now (the next one) or later.
type step struct{ Text, Class string }

type qualityGroup struct {
	Source, Collection string
	Records            int64
	Open               bool
	Rows               []qualityRow
}

func newView(p *page, cards []card) view {
	v := view{page: p, Policy: policy(), Head: head(), Hub: hubName(p.Extractions), Stale: p.staleWords(), Stops: p.stops(),
		Figures: p.figures(), Steps: p.steps(), Overlaps: overlaps(p.Overlap), QualityGroups: qualityGroups(p.Quality)}
	v.Twins, v.Maybe = p.twins()
	for _, c := range p.Collections {
		v.Charts = append(v.Charts, weightChart(c.Collection, p.Weights, p.Models.of(c.Collection)), sizeChart(c.Collection, p.Sizes))
	}
	for _, c := range cards {
		v.Cards = append(v.Cards, newCardView(c, p.Models))
	}
	return v
}

// figures are what an engineer decides by, at a glance.
func (p *page) figures() []figure {
	var records, hub, auto, held, review, conflicts int64
	for _, c := range p.Collections {
		records, hub, auto, held = records+c.Records, hub+c.Hub, auto+c.AutoClusters, held+c.AutoRecords
		review, conflicts = review+c.ReviewItems, conflicts+c.Conflicts
	}
	all := []figure{{"Records read", thousands(records), thousands(hub) + " in the hub"}, p.extractionFigure()}
	if !p.Stages.Matched {
		return all
	}
	all = append(all, figure{"Sure clusters", thousands(auto), thousands(held) + " records in them"},
		figure{"For a person", thousands(review), "items to review"},
		figure{"Conflicts", thousands(conflicts), "merges refused, guards that fired"})
	if p.Plan.Made {
		more := "no stop hazard"
		if n := len(p.stops()); n > 0 {
			more = fmt.Sprintf("%d stop %s to allow by name", n, plural(n, "hazard", "hazards"))
		}
		all = append(all, figure{"Planned writes", thousands(p.Plan.Operations), more})
	}
	if p.Stages.Applied {
		all = append(all, p.outcomeFigure())
	}
	return all
}

func (p *page) extractionFigure() figure {
	var doubtful []string
	for _, e := range p.Extractions {
		if e.Status != "complete" {
			doubtful = append(doubtful, e.Source+" "+e.Collection)
		}
	}
	switch {
	case len(p.Extractions) == 0:
		return figure{"Extraction", "–", "not run"}
	case len(doubtful) == 0:
		return figure{"Extraction", "Complete", fmt.Sprintf("%d %s", len(p.Extractions), plural(len(p.Extractions), "source read", "sources read"))}
	}
	return figure{"Extraction", "In doubt", strings.Join(doubtful, ", ")}
}

func (p *page) outcomeFigure() figure {
	var done, rest, different int64
	for _, o := range p.Operations {
		done, rest, different = done+o.Done, rest+o.Skipped+o.Failed, different+o.Different
	}
	more := thousands(rest) + " skipped or failed"
	if p.Stages.Verified {
		more += ", " + thousands(different) + " found to differ"
	}
	return figure{"Applied", thousands(done), more}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// steps is the order of onboarding with what has been done; the first that has not is the one to do now.
func (p *page) steps() []step {
	twins, maybe := p.twins()
	var review int64
	for _, c := range p.Collections {
		review += c.ReviewItems
	}
	s := p.Stages
	all := []struct {
		text string
		done bool
	}{
		{"Connect the first application, and extract the hub and the second application's own records: sameas extract", s.Extracted},
		{"Find what is the same: sameas match", s.Matched},
		{"Look at the review items below, and at what only an application can mend (fix_in_app.csv); then match again", s.Matched && review == 0},
		{"Make a plan and read it: sameas merge plan, sameas merge dry-run", s.Planned},
		{"Attach the second application's IDs: sameas merge apply", s.Applied},
		{"Read everything back: sameas merge verify", s.Verified},
		{"Extract and match again; the forecast must be clean: sameas forecast", s.Verified && twins == 0 && maybe == 0},
		{"Switch on the second application's sync, and verify again after one full sync", false},
	}
	steps, now := make([]step, 0, len(all)), false
	for _, a := range all {
		class := "later"
		switch {
		case a.done:
			class = "done"
		case !now:
			class, now = "now", true
		}
		steps = append(steps, step{a.text, class})
	}
	return steps
}

// qualityGroups leaves out what no record of a source fills; the first group stands open.
func qualityGroups(rows []qualityRow) []qualityGroup {
	var groups []qualityGroup
	for _, r := range rows {
		if n := len(groups); n == 0 || groups[n-1].Source != r.Source || groups[n-1].Collection != r.Collection {
			groups = append(groups, qualityGroup{Source: r.Source, Collection: r.Collection, Records: r.Records, Open: n == 0})
		}
		if g := &groups[len(groups)-1]; r.Filled > 0 {
			g.Rows = append(g.Rows, r)
		}
	}
	return groups
}
