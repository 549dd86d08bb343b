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
	Lead          lead
	Stale, Stops  []string
	Figures       []figure
	Steps         []step
	Runbook       []runbookPart
	Changes       []string // what the plan changes; none before there is one
	Stays         []string
	Carried       []string
	Charts        []chart
	Overlaps      []overlap
	QualityGroups []qualityGroup
	Cards         []cardView
	FixFirst      []fixInApp // in sight
	FixRest       []fixInApp // folded
}

func split[T any](rows []T, n int) (first, rest []T) {
	n = min(n, len(rows))
	return rows[:n], rows[n:]
}

// figure is one answer at a glance, with the part of the page that tells more.
type figure struct{ What, Value, More, To string }

// step is one of the order of onboarding: done, now (the next one) or later.
type step struct{ Text, Command, Class string }

type qualityGroup struct {
	Source, Collection string
	Records            int64
	Open               bool
	Rows               []qualityRow
}

func newView(p *page, cards []card) view {
	v := view{page: p, Policy: policy(), Head: head(), Hub: hubName(p.Extractions), Lead: newLead(p), Stale: p.staleWords(), Stops: p.stops(),
		Figures: p.figures(), Steps: p.steps(), Runbook: p.runbookParts(), Overlaps: overlaps(p.Overlap), QualityGroups: qualityGroups(p.Quality)}
	if p.Plan.Made {
		v.Changes, v.Stays, v.Carried = p.changeLines(), p.stayLines(), p.carriedLines()
	}
	v.FixFirst, v.FixRest = split(p.FixInApp[:min(len(p.FixInApp), maxRows)], 6)
	for _, c := range p.Collections {
		v.Charts = append(v.Charts, weightChart(c.Collection, p.Weights, p.Models.of(c.Collection)), sizeChart(c.Collection, p.Sizes))
		if curves, drawn := accuracyChart(c.Collection, p.Judged, p.Models.of(c.Collection)); drawn {
			v.Charts = append(v.Charts, curves)
		}
		if curves, drawn := truthChart(c.Collection, p.Truth, p.Models.of(c.Collection)); drawn {
			v.Charts = append(v.Charts, curves)
		}
	}
	for _, c := range cards {
		v.Cards = append(v.Cards, newCardView(c, p.Models))
	}
	return v
}

// figures answer at a glance: what was read and found, what a person must look at, what is written, what became of it.
func (p *page) figures() []figure {
	all := []figure{p.readFigure()}
	if !p.Stages.Matched {
		return all
	}
	all = append(all, p.foundFigure(), p.personFigure())
	if p.Plan.Made {
		all = append(all, p.planFigure())
	}
	if p.Stages.Applied {
		all = append(all, p.outcomeFigure())
	}
	return all
}

func (p *page) readFigure() figure {
	var records, hub int64
	for _, c := range p.Collections {
		records, hub = records+c.Records, hub+c.Hub
	}
	var doubtful []string
	for _, e := range p.Extractions {
		if e.Status != "complete" {
			doubtful = append(doubtful, e.Source+" "+e.Collection)
		}
	}
	more := "all of it complete"
	switch {
	case len(p.Extractions) == 0:
		more = "extract has not run"
	case len(doubtful) > 0:
		more = "in doubt: " + strings.Join(doubtful, ", ")
	}
	return figure{"Records read", thousands(records), thousands(hub) + " in the hub; " + more, "sources"}
}

func (p *page) foundFigure() figure {
	var auto, held int64
	for _, c := range p.Collections {
		auto, held = auto+c.AutoClusters, held+c.AutoRecords
	}
	return figure{"Found surely the same", thousands(held), "records, of only " + many(auto, "thing", "things"), "found"}
}

func (p *page) personFigure() figure {
	items, sentBack := p.toJudge()
	more := plural(int(items), "item that may be one thing", "items that may each be one thing")
	if sentBack > 0 {
		more += ", " + thousands(sentBack) + " of them sent back by the plan"
	}
	if n := len(p.FixInApp); n > 0 {
		more += "; " + many(int64(n), "duplicate", "duplicates") + " to merge inside applications"
	}
	return figure{"For a person to judge", thousands(items), more, "clusters"}
}

func (p *page) planFigure() figure {
	var kinds []string
	for _, o := range p.Operations {
		if o.Type != "withheld" {
			kinds = append(kinds, thousands(o.Planned)+" "+o.Type)
		}
	}
	more := strings.Join(kinds, ", ")
	if n := len(p.stops()); n > 0 {
		more += fmt.Sprintf("; %d %s to allow by name", n, plural(n, "hazard", "hazards"))
	}
	return figure{"Planned writes to the hub", thousands(p.Plan.Operations), more, "plan"}
}

func (p *page) outcomeFigure() figure {
	var done, rest, different int64
	for _, o := range p.Operations {
		done, rest, different = done+o.Done, rest+o.Skipped+o.Failed, different+o.Different
	}
	more := thousands(rest) + " skipped, drifted or failed"
	switch {
	case !p.Stages.Verified:
		more += "; not verified yet"
	case different == 0:
		more += "; read back as planned"
	default:
		more += "; " + thousands(different) + " found to differ"
	}
	if undone := p.Undone(); undone > 0 {
		more += "; " + thousands(undone) + " undone since"
	}
	return figure{"Written so far", thousands(done), more, "plan"}
}

// Undone counts the operations that undos have taken back.
func (p *page) Undone() (n int64) {
	for _, o := range p.Operations {
		n += o.Undone
	}
	return n
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
	review, _ := p.toJudge()
	s := p.Stages
	all := []struct {
		text, command string
		done          bool
	}{
		{"Connect the first application; read the hub and the next application's own records", "sameas extract", s.Extracted},
		{"Find what is the same", "sameas match", s.Matched},
		{"Judge the review items, merge what only an application can merge (fix_in_app.csv), and match again", "sameas review", s.Matched && review == 0},
		{"Make a plan, and read what it would send", "sameas merge plan, sameas merge dry-run", s.Planned},
		{"Write it: hub records gain the next application's IDs", "sameas merge apply", s.Applied},
		{"Read everything back", "sameas merge verify", s.Verified},
		{"Extract and match again, until nothing would be created twice", "sameas forecast", s.Verified && twins == 0 && maybe == 0},
		{"Switch on the next application's sync, and verify again after one full sync", "sameas merge verify", false},
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
		steps = append(steps, step{a.text, a.command, class})
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
