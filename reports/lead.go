package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// lead is the first thing that the page and the summary say: what the first syncs would create twice, the
// applications being onboarded before the others.
type lead struct {
	Named     bool   // there is an application being onboarded
	Where     string // "in my-application": where the headline's records would be created
	Its       string // "its" or "their"
	Unread    string // the collections of which the hub was not read, in words: nothing can be said of these
	Past      bool   // the plan has been applied, and the figures are of before it
	Own, Rest side
	Apps      []appForecast // of Own
	Others    []appForecast // of Rest
}

// side is one side of the forecast added up.
type side struct{ Twins, Copies, Maybe, Create, Known int64 }

func (s *side) add(f forecast) {
	s.Twins, s.Copies, s.Maybe = s.Twins+f.Twins, s.Copies+f.Copies, s.Maybe+f.ReviewTwins
	s.Create, s.Known = s.Create+f.WouldCreate, s.Known+f.Known
}

// appForecast is one application's rows.
type appForecast struct {
	application
	Rows []forecast
}

// newLead parts the forecast; where nothing is being onboarded every application is spoken of alike.
func newLead(p *page) lead {
	l := lead{Named: len(p.Onboarding) > 0, Past: p.Stages.Applied && !p.Stages.PlanStale && !p.Stages.MatchStale}
	var unread []string
	for _, f := range p.Forecast {
		if !l.Named || slices.Contains(p.Onboarding, application{f.Provider, f.Realm}) {
			l.Own.add(f)
			l.Apps = gather(l.Apps, f)
			if slices.Contains(p.Unread, f.Collection) {
				unread = append(unread, f.Collection)
			}
			continue
		}
		l.Rest.add(f)
		l.Others = gather(l.Others, f)
	}
	slices.Sort(unread)
	l.Unread = strings.Join(slices.Compact(unread), " and ")
	l.Where, l.Its = "in the applications", "their"
	switch {
	case len(p.Onboarding) == 1:
		l.Where, l.Its = "in "+unhide(p.Onboarding[0].Provider), "its"
	case l.Named:
		l.Where = fmt.Sprintf("in the %d applications being onboarded", len(p.Onboarding))
	}
	return l
}

// Untold reports that there is nothing to warn of, and yet no all-clear: no application is known, or the hub was not read.
func (l lead) Untold() bool {
	return l.Own.Twins+l.Own.Copies+l.Own.Maybe == 0 && (len(l.Apps) == 0 || l.Unread != "")
}

func gather(apps []appForecast, f forecast) []appForecast {
	a := application{f.Provider, f.Realm}
	at, found := slices.BinarySearchFunc(apps, a, func(x appForecast, a application) int {
		return cmp.Or(strings.Compare(x.Provider, a.Provider), strings.Compare(x.Realm, a.Realm))
	})
	if !found {
		apps = slices.Insert(apps, at, appForecast{application: a})
	}
	apps[at].Rows = append(apps[at].Rows, f)
	return apps
}

// New is how many records a first sync would create that the application does not hold, as far as anybody can tell.
func (f forecast) New() int64 { return f.WouldCreate - f.Twins - f.Copies - f.ReviewTwins }

// New is the same over a side.
func (s side) New() int64 { return s.Create - s.Twins - s.Copies - s.Maybe }

// part is a piece of a forecast's bar, in user units of a drawing that is 240 wide.
type part struct {
	X, W  float64
	Class string
	Title string
}

// Bar parts the hub's records: known by ID, new to the application, perhaps held, held already.
func (f forecast) Bar() []part {
	var parts []part
	at := 0.0
	for _, x := range []struct {
		n           int64
		class, what string
	}{
		{f.Twins, "twice", "created twice"},
		{f.Copies, "s4", "copied twice: the hub holds the thing twice"},
		{f.ReviewTwins, "s3", "perhaps twice"},
		{f.New(), "s1", "new to it"},
		{f.Known, "s2", "known by ID"},
	} {
		if x.n <= 0 || f.Hub <= 0 {
			continue
		}
		w := float64(x.n) / float64(f.Hub) * 240
		parts = append(parts, part{X: at, W: w, Class: x.class, Title: thousands(x.n) + " " + x.what})
		at += w
	}
	return parts
}
