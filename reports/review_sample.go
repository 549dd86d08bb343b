package reports

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// ErrNothingToSample says that no cluster is sure by more than its IDs.
var ErrNothingToSample = errors.New("there is no sure cluster but by IDs alone: nothing to audit")

// sampled is one cluster that was drawn at random among the sure ones.
type sampled struct {
	sample, seed int64
	population   int64
	older        bool // drawn before the latest match
	Collection   string
	Members      []ReviewMember
	Now          string // the cluster that holds just its records; "" when there is none any more
	item         string
}

// where is an item on the page: a review item, or of one the cluster that is audited.
type where struct {
	place
	cluster string
}

func (s sampled) where() where { return where{place{s.Collection, s.item}, s.Now} }

// verdict is what was judged of a drawn cluster.
type verdict struct{ judged, wrong bool }

func (s sampled) judge(j *judgements) verdict {
	p := j.partition(s.Collection, s.Members)
	things := 0
	for _, g := range p.group {
		things = max(things, g+1)
	}
	for _, d := range j.within(s.Collection, s.Members) {
		if d.Kind == Different {
			return verdict{true, true}
		}
	}
	return verdict{judged: things == 1}
}

// drawSample draws n of the clusters that enter a plan unasked and that IDs alone do not hold together, at random by the
// seed, every one as likely as any other. While the latest sample is of the present match and has that seed it is
// continued, or made larger; else a new one is drawn, by other dice: clusters that were right once would be drawn again by
// the same, and those that were wrong are no longer there.
func drawSample(ctx context.Context, db *sql.DB, n int, seed int64, now time.Time) error {
	latest, err := latestSample(ctx, db)
	if err != nil {
		return err
	}
	number := int64(1)
	if len(latest) > 0 {
		number = latest[0].sample
		if latest[0].older || latest[0].seed != seed {
			number++
		}
	}
	rows, err := queries.Exec(ctx, db, "reports/sample_draw.sql", queries.Args{"sample": number, "seed": seed, "size": n, "at": now.UTC()})
	if err != nil {
		return fmt.Errorf("draw a sample: %w", err)
	}
	if rows == 0 && (len(latest) == 0 || latest[0].sample != number) {
		return ErrNothingToSample
	}
	return nil
}

func latestSample(ctx context.Context, on queries.Querier) ([]sampled, error) {
	var all []sampled
	before := int64(0)
	err := queries.Each(ctx, on, "reports/sample_latest.sql", nil, func(rows *sql.Rows) error {
		var s sampled
		var at int64
		m := ReviewMember{Tier: "review"} // nobody is sure of what is audited: each record is asked about
		if err := rows.Scan(&s.sample, &s.seed, &s.population, &s.older, &s.Collection, &at, &m.Key, &s.Now, &s.item); err != nil {
			return err
		}
		if at != before {
			all = append(all, s)
			before = at
		}
		last := &all[len(all)-1]
		m.Cluster = last.Now
		last.Members = append(last.Members, m)
		return nil
	})
	return all, err
}

// bound is what a sample says of all sure clusters.
type bound struct {
	Population int64   `json:"population"` // sure clusters that IDs alone do not hold together, when it was drawn
	Drawn      int     `json:"drawn"`
	Judged     int     `json:"judged"`
	Wrong      int     `json:"wrong"`   // of the judged, those that hold two things
	Open       int     `json:"open"`    // still to judge
	Changed    int     `json:"changed"` // became another cluster before they were judged
	AtMost     float64 `json:"at_most"` // the share of wrong ones, with 95 % confidence; 1 while none is judged
	Older      bool    `json:"older"`   // drawn before the latest match
}

// boundOf counts the clusters up to the last judged one. They come in the order drawn, so that those are a random sample
// too, unless some were skipped.
func boundOf(samples []sampled, j *judgements) bound {
	b := bound{Drawn: len(samples), AtMost: 1}
	for _, s := range samples {
		b.Population, b.Older = s.population, s.older
		switch v := s.judge(j); {
		case v.judged:
			b.Judged++
			if v.wrong {
				b.Wrong++
			}
		case s.Now == "":
			b.Changed++
		default:
			b.Open++
		}
	}
	if b.Judged > 0 {
		b.AtMost = evidence.AtMost(int64(b.Wrong), int64(b.Judged))
	}
	return b
}

// Words says what the sample shows, in a sentence or two; "" when none was drawn or judged.
func (b bound) Words() string {
	if b.Judged == 0 {
		return ""
	}
	text := fmt.Sprintf("%s of %s sure clusters, drawn at random from %s that IDs alone do not hold together, %s two things: with 95 %% confidence at most %s of all do",
		none(b.Wrong), thousands(int64(b.Judged)), thousands(b.Population), plural(b.Wrong, "holds", "hold"), share(b.AtMost))
	if n := int64(1 / b.AtMost); n > 1 {
		text += " (1 in " + thousands(n) + ")"
	}
	text += "."
	if b.Open > 0 {
		text += fmt.Sprintf(" %s of the sample %s still to judge.", thousands(int64(b.Open)), plural(b.Open, "is", "are"))
	}
	if b.Changed > 0 {
		text += fmt.Sprintf(" %s before being judged.", many(int64(b.Changed), "became another cluster", "became other clusters"))
	}
	if b.Older {
		text += " Drawn before the latest match."
	}
	return text
}

func none(n int) string {
	if n == 0 {
		return "None"
	}
	return thousands(int64(n))
}

// share writes a small share with two significant digits: 0.0099 is 0.99 %.
func share(p float64) string { return fmt.Sprintf("%.2g %%", 100*p) }
