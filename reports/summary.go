package reports

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"text/tabwriter"
)

// Summary is what a person at a terminal reads in ten seconds: what the applications' first syncs would create twice,
// what was found, what is planned, what needs a person, what to do next, and what has not run. Plain text, no colour.
func Summary(ctx context.Context, db *sql.DB) (string, error) {
	twins, free, err := keepTwins(ctx, db)
	if err != nil {
		return "", fmt.Errorf("summarise workspace: %w", err)
	}
	defer free()
	p, err := readPage(ctx, db, twins, "")
	if err != nil {
		return "", fmt.Errorf("summarise workspace: %w", err)
	}
	var b strings.Builder
	p.summariseForecast(&b)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range p.figures() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.What, f.Value, f.More)
	}
	_ = w.Flush() // into memory
	if p.Audit != "" {
		fmt.Fprintf(&b, "Audit: %s\n", p.Audit)
	}
	for _, c := range p.Contradict {
		fmt.Fprintf(&b, "Decisions contradict each other: %s\n", unhide(c.String()))
	}
	if stops := p.stops(); len(stops) > 0 {
		fmt.Fprintf(&b, "Stop hazards, refused unless allowed by name: %s\n", strings.Join(stops, ", "))
	}
	for _, e := range p.Extractions {
		if e.Status != "complete" {
			fmt.Fprintf(&b, "In doubt: %s %s is %s: %s\n", e.Source, e.Collection, e.Status, unhide(e.Doubt))
		}
	}
	for _, stale := range p.staleWords() {
		fmt.Fprintf(&b, "Out of date: %s\n", stale)
	}
	for _, s := range p.steps() {
		if s.Class == "now" {
			fmt.Fprintf(&b, "Next: %s: `%s`\n", s.Text, s.Command)
		}
	}
	if len(p.NotRun) > 0 {
		fmt.Fprintf(&b, "not run yet: %s\n", strings.Join(p.NotRun, ", "))
	}
	return strings.ReplaceAll(b.String(), "\u202f", " "), nil
}

func (p *page) summariseForecast(b *strings.Builder) {
	if !p.Stages.Matched {
		return
	}
	l := newLead(p)
	fmt.Fprintf(b, "%s\n\n", l.headline())
	if len(p.Forecast) == 0 {
		return
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "FIRST SYNC OF\tCOLLECTION\tCREATED TWICE\tCOPIED TWICE\tPERHAPS TWICE\tNEW TO IT\tKNOWN BY ID\t")
	for _, a := range l.Apps {
		for _, f := range a.Rows {
			fmt.Fprintf(w, "%s/%s\t%s\t%d\t%d\t%d\t%d\t%d\t\n", unhide(f.Provider), unhide(f.Realm), f.Collection, f.Twins, f.Copies, f.ReviewTwins, f.New(), f.Known)
		}
	}
	if len(l.Others) > 0 {
		fmt.Fprintf(w, "%s\tall\t%d\t%d\t%d\t%d\t%d\t\n", many(int64(len(l.Others)), "other", "others"), l.Rest.Twins, l.Rest.Copies, l.Rest.Maybe, l.Rest.New(), l.Rest.Known)
	}
	_ = w.Flush() // into memory
	fmt.Fprintln(b)
}

// headline is the page's own, in plain text.
func (l lead) headline() string {
	now := " if " + l.Its + " sync were switched on now"
	verb, past := " would be created twice ", " may be created twice "
	if l.Past {
		now, verb, past = " without this plan.\nIt has been applied: extract and match again to see what is left", " would have been created twice ", " may have been created twice "
	}
	switch {
	case l.Own.Twins > 0 && l.Own.Maybe > 0:
		return many(l.Own.Twins, "record", "records") + verb + l.Where + ", and perhaps " + thousands(l.Own.Maybe) + " more," + now
	case l.Own.Twins > 0:
		return many(l.Own.Twins, "record", "records") + verb + l.Where + now
	case l.Own.Maybe > 0:
		return many(l.Own.Maybe, "record", "records") + past + l.Where + now
	case l.Own.Copies > 0:
		return many(l.Own.Copies, "record", "records") + strings.Replace(verb, "created", "copied", 1) + l.Where + now
	case len(l.Apps) == 0:
		return "No application is known: no record bears an external ID of one"
	case l.Unread != "":
		return "The hub's " + l.Unread + " have not been read: nothing can be said of a first sync"
	}
	return "No record would be created twice " + l.Where + " if " + l.Its + " sync were switched on now, as far as the records tell"
}

// twins are the records that first syncs would create twice, surely and perhaps, over all applications.
func (p *page) twins() (sure, perhaps int64) {
	for _, f := range p.Forecast {
		sure, perhaps = sure+f.Twins, perhaps+f.ReviewTwins
	}
	return sure, perhaps
}

func (p *page) stops() []string {
	var names []string
	for _, h := range p.Hazards {
		if h.Stop {
			names = append(names, h.Name)
		}
	}
	return names
}

// staleWords says which stages are older than what they were made from.
func (p *page) staleWords() []string {
	var words []string
	if p.Stages.MatchStale {
		words = append(words, "match is older than the extraction: run `sameas match` again")
	}
	if p.Stages.PlanStale {
		words = append(words, "the plan is older than the match: run `sameas merge plan` again")
	}
	return words
}
