package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeadlineSpeaksOfTheApplicationsBeingOnboarded(t *testing.T) {
	t.Parallel()
	row := func(provider, realm, collection string, known, create, twins, maybe int64) forecast {
		return forecast{Collection: collection, Provider: provider, Realm: realm, Hub: known + create, Known: known, WouldCreate: create, Twins: twins, ReviewTwins: maybe}
	}
	mine, other := application{"mine", "1"}, application{"other", "7"}
	for _, c := range []struct {
		name       string
		rows       []forecast
		onboarding []application
		stages     stages
		want       string
	}{
		{"sure and perhaps", []forecast{row("mine", "1", "people", 10, 90, 30, 5), row("other", "7", "people", 10, 90, 60, 0)}, []application{mine}, stages{},
			"30 records would be created twice in mine, and perhaps 5 more, if its sync were switched on now"},
		{"one, over two collections", []forecast{row("mine", "1", "organizations", 1, 2, 0, 0), row("mine", "1", "people", 1, 2, 1, 0)}, []application{mine}, stages{},
			"1 record would be created twice in mine if its sync were switched on now"},
		{"perhaps only", []forecast{row("mine", "1", "people", 10, 90, 0, 5)}, []application{mine}, stages{},
			"5 records may be created twice in mine if its sync were switched on now"},
		{"clean, though others are not", []forecast{row("mine", "1", "people", 10, 90, 0, 0), row("other", "7", "people", 10, 90, 60, 0)}, []application{mine}, stages{},
			"No record would be created twice in mine if its sync were switched on now, as far as the records tell"},
		{"two at once", []forecast{row("mine", "1", "people", 10, 90, 30, 0), row("other", "7", "people", 10, 90, 60, 0)}, []application{mine, other}, stages{},
			"90 records would be created twice in the 2 applications being onboarded if their sync were switched on now"},
		{"none being onboarded", []forecast{row("other", "7", "people", 10, 90, 60, 0)}, nil, stages{},
			"60 records would be created twice in the applications if their sync were switched on now"},
		{"applied", []forecast{row("mine", "1", "people", 10, 90, 30, 0)}, []application{mine}, stages{Applied: true},
			"30 records would have been created twice in mine without this plan.\nIt has been applied: extract and match again to see what is left"},
		{"copied only", []forecast{{Collection: "people", Provider: "mine", Realm: "1", Hub: 100, Known: 10, WouldCreate: 90, Copies: 7}}, []application{mine}, stages{},
			"7 records would be copied twice in mine if its sync were switched on now"},
		{"no hub", []forecast{row("mine", "1", "people", 0, 0, 0, 0)}, []application{mine}, stages{},
			"The hub's people have not been read: nothing can be said of a first sync"},
		{"half a hub", []forecast{row("mine", "1", "organizations", 10, 90, 0, 0), row("mine", "1", "people", 0, 0, 0, 0)}, []application{mine}, stages{},
			"The hub's people have not been read: nothing can be said of a first sync"},
		{"half a hub, and twins in it", []forecast{row("mine", "1", "organizations", 10, 90, 3, 0), row("mine", "1", "people", 0, 0, 0, 0)}, []application{mine}, stages{},
			"3 records would be created twice in mine if its sync were switched on now"},
		{"no application", nil, nil, stages{}, "No application is known: no record bears an external ID of one"},
		{"applied, and matched again since", []forecast{row("mine", "1", "people", 10, 90, 3, 0)}, []application{mine}, stages{Applied: true, PlanStale: true},
			"3 records would be created twice in mine if its sync were switched on now"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := &page{Forecast: c.rows, Onboarding: c.onboarding, Stages: c.stages, Unread: unreadOf(c.rows)}
			if diff := cmp.Diff(c.want, newLead(p).headline()); diff != "" {
				t.Errorf("headline (-want +got):\n%s", diff)
			}
		})
	}
}

func TestForecastBarIsTheWholeHub(t *testing.T) {
	t.Parallel()
	f := forecast{Hub: 100, Known: 40, WouldCreate: 60, Twins: 30, ReviewTwins: 10}
	var end float64
	for _, part := range f.Bar() {
		if part.X != end {
			t.Errorf("%s begins at %v, the part before it ends at %v", part.Title, part.X, end)
		}
		end += part.W
	}
	if end != 240 || f.New() != 20 {
		t.Errorf("the bar is %v wide and %d are new, want 240 and 20", end, f.New())
	}
	if parts := (forecast{}).Bar(); parts != nil {
		t.Errorf("an empty hub has parts: %v", parts)
	}
}

// unreadOf are the collections of which the hub has no record.
func unreadOf(rows []forecast) (unread []string) {
	for _, f := range rows {
		if f.Hub == 0 {
			unread = append(unread, f.Collection)
		}
	}
	return unread
}
