package merge

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"text/tabwriter"

	queries "github.com/sameas/sameas/sql"
)

// ApplicationForecast is what one application's first sync would do.
type ApplicationForecast struct {
	Collection  string `json:"collection"`
	Provider    string `json:"provider"`
	Realm       string `json:"realm"`
	HubRecords  int64  `json:"hub_records"`  // active ones
	Known       int64  `json:"known"`        // of these, bearing an ID of this provider and realm
	WouldCreate int64  `json:"would_create"` // the rest: its first sync would create each in the application
	Twins       int64  `json:"twins"`        // of these, how many the application already holds, as far as auto clusters tell
	ReviewTwins int64  `json:"review_twins"` // of these, how many it may hold or be given twice, as far as review clusters tell
	Copies      int64  `json:"copies"`       // of these, how many the hub holds twice and the application not at all: it would be given both
}

// Values of ForecastResult.Match.
const (
	MatchCurrent = "current" // twins are counted by a match of the latest extraction
	MatchStale   = "stale"   // something was extracted after the match: twins are those of before
	MatchMissing = "missing" // nothing was matched: twins are unknown, and zero here
)

// ForecastResult of Forecast.
type ForecastResult struct {
	Applications []ApplicationForecast `json:"applications"`
	// Unread are the collections of applications of which no active record of the hub is here, nor a complete extraction that
	// found none: nothing can be said of first syncs of these.
	Unread []string `json:"unread,omitempty"`
	// Match says how far the twins can be believed: current, stale or missing.
	Match string `json:"match"`
	// Plan is the base name of the plan that was made from this match; empty when there is none.
	Plan string `json:"plan,omitempty"`
	// PlanWrites is how many operations it holds.
	PlanWrites int64 `json:"plan_writes,omitempty"`
}

// Clean reports whether no application would hold a thing twice after its first sync, as far as can be told, and that it can
// be told: anything else is exit code 2.
func (r ForecastResult) Clean() bool {
	for _, a := range r.Applications {
		if a.ReviewTwins > 0 {
			return false
		}
	}
	return r.Match == MatchCurrent && len(r.Applications) > 0 && !r.Twins() && len(r.Unread) == 0
}

// Twins reports whether any application would hold a thing twice after its first sync, as far as auto clusters tell.
func (r ForecastResult) Twins() bool {
	for _, a := range r.Applications {
		if a.Twins+a.Copies > 0 {
			return true
		}
	}
	return false
}

// Forecast counts, per application, what its first sync would create, from the tables alone. Twins need a match; without
// one they are unknown, which the result says.
func Forecast(ctx context.Context, db *sql.DB) (ForecastResult, error) {
	digests, err := readStages(ctx, db)
	if err != nil {
		return ForecastResult{}, fmt.Errorf("forecast: %w", err)
	}
	result := ForecastResult{Match: digests.state(), Applications: []ApplicationForecast{}}
	twins, free, err := queries.KeepTwins(ctx, db)
	if err != nil {
		return ForecastResult{}, fmt.Errorf("forecast: %w", err)
	}
	defer free()
	err = queries.Each(ctx, twins, "merge/forecast_applications.sql", nil, func(rows *sql.Rows) error {
		var a ApplicationForecast
		if err := rows.Scan(&a.Collection, &a.Provider, &a.Realm, &a.HubRecords, &a.Known, &a.WouldCreate, &a.Twins, &a.ReviewTwins, &a.Copies); err != nil {
			return err
		}
		result.Applications = append(result.Applications, a)
		return nil
	})
	if err != nil {
		return ForecastResult{}, fmt.Errorf("forecast: %w", err)
	}
	err = queries.Each(ctx, db, "merge/forecast_unread.sql", nil, func(rows *sql.Rows) error {
		var collection string
		err := rows.Scan(&collection)
		result.Unread = append(result.Unread, collection)
		return err
	})
	if err != nil {
		return ForecastResult{}, fmt.Errorf("forecast: %w", err)
	}
	err = queries.Each(ctx, db, "merge/forecast_plan.sql", nil, func(rows *sql.Rows) error {
		return rows.Scan(&result.Plan, &result.PlanWrites)
	})
	if err != nil {
		return ForecastResult{}, fmt.Errorf("forecast: %w", err)
	}
	return result, nil
}

// TwinRecord is one hub record that an application's first sync would create a second time.
type TwinRecord struct {
	Collection  string   `json:"collection"`
	Provider    string   `json:"provider"`
	Realm       string   `json:"realm"`
	HubKey      string   `json:"hub_key"`
	TwinKey     string   `json:"twin_key"`    // the application's ID of the record that it holds already; of a copy, the hub record that it would be given first
	Tier        string   `json:"tier"`        // auto | review: how sure that is
	Copied      bool     `json:"copied"`      // the application holds none: the hub holds the thing twice
	Probability *float64 `json:"probability"` // of the pair; nil when other records of the cluster join the two
}

// ForecastRecords calls f for every record that Forecast counts as a twin, in a fixed order.
func ForecastRecords(ctx context.Context, db *sql.DB, f func(TwinRecord) error) error {
	twins, free, err := queries.KeepTwins(ctx, db)
	if err != nil {
		return fmt.Errorf("forecast: %w", err)
	}
	defer free()
	return queries.Each(ctx, twins, "merge/forecast_records.sql", nil, func(rows *sql.Rows) error {
		var t TwinRecord
		if err := rows.Scan(&t.Collection, &t.Provider, &t.Realm, &t.HubKey, &t.TwinKey, &t.Tier, &t.Copied, &t.Probability); err != nil {
			return err
		}
		return f(t)
	})
}

// Text is the forecast for the terminal: one line an application, the verdict and what to do next.
func (r ForecastResult) Text() string {
	var b strings.Builder
	if len(r.Applications) == 0 {
		return "No application is known: no record bears an external ID. Run `sameas extract` first.\n"
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "in the first sync of\t\thub records\tknown\twould create\tof these twins\tcopies\tperhaps twins\t")
	for _, a := range r.Applications {
		twins, copies, perhaps := fmt.Sprint(a.Twins), fmt.Sprint(a.Copies), fmt.Sprint(a.ReviewTwins)
		if r.Match == MatchMissing {
			twins, copies, perhaps = "unknown", "unknown", "unknown"
		}
		fmt.Fprintf(w, "%s/%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\t\n", a.Provider, a.Realm, a.Collection, a.HubRecords, a.Known, a.WouldCreate, twins, copies, perhaps)
	}
	_ = w.Flush()
	b.WriteString("\n" + r.verdict() + "\n")
	return b.String()
}

func (r ForecastResult) verdict() string {
	var twins, copies, perhaps int64
	for _, a := range r.Applications {
		twins, copies, perhaps = twins+a.Twins, copies+a.Copies, perhaps+a.ReviewTwins
	}
	switch {
	case r.Match == MatchMissing:
		return "Twins are unknown: nothing has been matched. Next: sameas match"
	case r.Match == MatchStale:
		return "Twins are those of an older extraction. Next: sameas match"
	case twins > 0:
		return fmt.Sprintf("Do not switch on the sync: %s would be created twice. %s", plural(twins, "record"), r.next()) + alsoCopies(copies) + alsoPerhaps(perhaps) + r.unsaid()
	case copies > 0:
		return fmt.Sprintf("Do not switch on the sync: %s of the hub's would be copied beside a duplicate, though no application holds them. "+
			"Next: take the duplicates out of use, by a plan with merge.retire or with merge.via: native", plural(copies, "record")) + alsoPerhaps(perhaps) + r.unsaid()
	case perhaps > 0:
		return fmt.Sprintf("Do not switch on the sync yet: %s may be created twice. Next: sameas review", plural(perhaps, "record")) + r.unsaid()
	case len(r.Unread) > 0:
		return strings.TrimPrefix(r.unsaid(), "\n")
	}
	return "Clean: no application would create a record that it already holds."
}

// unsaid says of which collections nothing can be told.
func (r ForecastResult) unsaid() string {
	if len(r.Unread) == 0 {
		return ""
	}
	of := strings.Join(r.Unread, " and ")
	return fmt.Sprintf("\nNothing can be said of first syncs of %s: no active record of the hub's %s has been read. Next: give the hub as a source, and sameas extract", of, of)
}

func alsoCopies(copies int64) string {
	if copies == 0 {
		return ""
	}
	return fmt.Sprintf("\n%s more would be copied beside a duplicate, because the hub holds a thing twice and the application not at all: "+
		"only taking the duplicates out of use prevents that (merge.retire, or merge.via: native)", plural(copies, "record"))
}

func alsoPerhaps(perhaps int64) string {
	if perhaps == 0 {
		return ""
	}
	return fmt.Sprintf("\n%s more may be created twice: sameas review", plural(perhaps, "record"))
}

// next is what to do about twins.
func (r ForecastResult) next() string {
	switch {
	case r.Plan == "":
		return "Next: sameas merge plan"
	case r.PlanWrites == 0:
		return r.Plan + " has nothing left to write: they are among what it leaves alone. Next: sameas report"
	}
	return fmt.Sprintf("Next: sameas merge dry-run %s, apply it, then extract and match again", r.Plan)
}

// plural is n and the noun, with an s unless n is 1.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
