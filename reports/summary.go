package reports

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"text/tabwriter"
)

// Summary is what a person at a terminal reads in ten seconds: what the applications' first syncs would create twice,
// what was found, what is planned, what needs a person, and what has not run. Plain text, no colour.
func Summary(ctx context.Context, db *sql.DB) (string, error) {
	p, err := readPage(ctx, db, "")
	if err != nil {
		return "", fmt.Errorf("summarise workspace: %w", err)
	}
	var b strings.Builder
	p.summariseForecast(&b)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, c := range p.Collections {
		fmt.Fprintf(w, "%s\t%s records (%s in the hub)", c.Collection, plain(c.Records), plain(c.Hub))
		if p.Stages.Matched {
			fmt.Fprintf(w, "\t%s clusters hold %s of them\t%s to review", plain(c.AutoClusters), plain(c.AutoRecords), plain(c.ReviewItems))
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // into memory
	p.summarisePlan(&b)
	for _, e := range p.Extractions {
		if e.Status != "complete" {
			fmt.Fprintf(&b, "in doubt: %s %s is %s: %s\n", e.Source, e.Collection, e.Status, unhide(e.Doubt))
		}
	}
	for _, stale := range p.staleWords() {
		fmt.Fprintln(&b, stale)
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
	twins, maybe := p.twins()
	switch {
	case twins == 0 && maybe == 0:
		fmt.Fprintln(b, "no duplicate would be created by switching sync on now, as far as the records tell")
		return
	case twins == 0:
		fmt.Fprintf(b, "%s duplicates may be created when sync is switched on: judge the review items\n", plain(maybe))
	default:
		fmt.Fprintf(b, "%s duplicates would be created if sync were switched on now (%s more may be)\n", plain(twins), plain(maybe))
	}
	for _, f := range p.Forecast {
		if f.Twins+f.ReviewTwins > 0 {
			fmt.Fprintf(b, "  %s of %s/%s: %s would be created, %s of them held already, %s perhaps\n",
				f.Collection, unhide(f.Provider), unhide(f.Realm), plain(f.WouldCreate), plain(f.Twins), plain(f.ReviewTwins))
		}
	}
}

func (p *page) summarisePlan(b *strings.Builder) {
	if !p.Plan.Made {
		return
	}
	var parts []string
	var done, failed, different int64
	for _, o := range p.Operations {
		parts = append(parts, plain(o.Planned)+" "+o.Type)
		done, failed, different = done+o.Done, failed+o.Failed+o.Skipped, different+o.Different
	}
	fmt.Fprintf(b, "plan: %s\n", strings.Join(parts, ", "))
	if stops := p.stops(); len(stops) > 0 {
		fmt.Fprintf(b, "stop hazards, refused unless allowed by name: %s\n", strings.Join(stops, ", "))
	}
	if p.Stages.Applied {
		fmt.Fprintf(b, "applied: %s done, %s skipped, drifted or failed", plain(done), plain(failed))
		if p.Stages.Verified {
			fmt.Fprintf(b, "; verify found %s to differ", plain(different))
		}
		fmt.Fprintln(b)
	}
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

func plain(n int64) string { return fmt.Sprint(n) }
