package sandbox

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// Effect is what syncing did to one collection of one application. Duplicates are records beyond the first of their
// entity, by the truth.
type Effect struct {
	Provider, Realm, Collection       string
	Before, After                     int // local records
	DuplicatesBefore, DuplicatesAfter int
	CreatedTwins                      int // records that syncing created of an entity that the application held by itself
	CreatedCopies                     int // records that syncing created beyond the first of an entity that it did not hold: the hub's own duplicates
}

// HubEffect is what syncing did to one collection of the hub.
type HubEffect struct {
	Collection                        string
	Before, After                     int
	DuplicatesBefore, DuplicatesAfter int
}

// Round is one round of one application's sync.
type Round struct {
	Number          int // from 1
	Provider, Realm string
	Collections     []SyncStats
}

// Outcome is what some rounds of syncing led to.
type Outcome struct {
	Rounds       []Round
	Applications []Effect
	Hub          []HubEffect
}

// Duplicates are those of all applications at the end.
func (o Outcome) Duplicates() int {
	n := 0
	for _, e := range o.Applications {
		n += e.DuplicatesAfter
	}
	return n
}

// CreatedTwins are those of all applications.
func (o Outcome) CreatedTwins() int {
	n := 0
	for _, e := range o.Applications {
		n += e.CreatedTwins
	}
	return n
}

// onboarder holds the applications of one trial.
type onboarder struct {
	server *Server
	truth  *Truth
	clock  *trialClock
	apps   []*Connector
}

// trialClock is the hub's and the applications' time in a trial: a day after all that the hub holds, and then a step a
// round, so that the trial is the same each time.
type trialClock struct{ at time.Time }

func (c *trialClock) now() time.Time { return c.at }

// Onboard switches on the sync of both applications of a generated world, whose files and truth are in dir, against a
// copy of the server, and runs some rounds of it: first the application being onboarded, then the other one, in each
// round. The server itself is left alone. Files of an application that are not there mean that it is empty.
func Onboard(ctx context.Context, server *Server, dir string, rounds int) (Outcome, error) {
	o, err := newOnboarder(server, dir)
	if err != nil {
		return Outcome{}, fmt.Errorf("onboard: %w", err)
	}
	outcome := Outcome{Hub: o.hubBefore()}
	for _, app := range o.apps {
		for _, name := range syncOrder() {
			outcome.Applications = append(outcome.Applications, Effect{
				Provider: app.Provider, Realm: app.Realm, Collection: name,
				Before: len(app.Records(name)), DuplicatesBefore: app.Duplicates(name),
			})
		}
	}
	for number := 1; number <= rounds; number++ {
		for _, app := range o.apps {
			o.clock.at = o.clock.at.Add(time.Minute)
			stats, err := app.Sync(ctx)
			if err != nil {
				return Outcome{}, fmt.Errorf("onboard, round %d: %w", number, err)
			}
			outcome.Rounds = append(outcome.Rounds, Round{number, app.Provider, app.Realm, stats})
		}
	}
	o.after(&outcome)
	return outcome, nil
}

func newOnboarder(server *Server, dir string) (*onboarder, error) {
	truth, err := ReadTruth(filepath.Join(dir, "truth.csv"))
	if err != nil {
		return nil, err
	}
	s := server.Clone()
	o := &onboarder{server: s, truth: truth, clock: &trialClock{s.latest().Add(24 * time.Hour)}}
	s.o.Now = o.clock.now
	otherKey, otherSecret := "other-"+s.o.Key, "other-"+s.o.Secret
	s.Allow(otherKey, otherSecret, OtherProvider, OtherRealm)
	for _, a := range []struct {
		Application
		prefix, key, secret string
	}{
		{Application{s.o.Provider, s.o.Realm}, "application_", s.o.Key, s.o.Secret},
		{Application{OtherProvider, OtherRealm}, "other_", otherKey, otherSecret},
	} {
		client, err := s.client(a.key, a.secret)
		if err != nil {
			return nil, err
		}
		app := NewConnector(a.Application, client, o.clock.now, truth)
		for _, name := range syncOrder() {
			if err := app.LoadFile(name, filepath.Join(dir, a.prefix+name+".csv")); err != nil && !missing(err) {
				return nil, err
			}
		}
		o.apps = append(o.apps, app)
	}
	return o, nil
}

func (o *onboarder) hubBefore() []HubEffect {
	var all []HubEffect
	for _, name := range syncOrder() {
		all = append(all, HubEffect{Collection: name, Before: o.server.Len(name), DuplicatesBefore: o.server.Duplicates(name, o.truth)})
	}
	return all
}

func (o *onboarder) after(outcome *Outcome) {
	i := 0
	for _, app := range o.apps {
		for _, name := range syncOrder() {
			e := &outcome.Applications[i]
			e.After, e.DuplicatesAfter = len(app.Records(name)), app.Duplicates(name)
			for _, round := range outcome.Rounds {
				if round.Provider == app.Provider && round.Realm == app.Realm {
					for _, stats := range round.Collections {
						if stats.Collection == name {
							e.CreatedTwins += stats.Twins
							e.CreatedCopies += stats.Copies
						}
					}
				}
			}
			i++
		}
	}
	for i := range outcome.Hub {
		h := &outcome.Hub[i]
		h.After, h.DuplicatesAfter = o.server.Len(h.Collection), o.server.Duplicates(h.Collection, o.truth)
	}
}

// Duplicates counts local records beyond the first of their entity, by the connector's truth.
func (c *Connector) Duplicates(collection string) int {
	var entities []string
	for _, r := range c.Records(collection) {
		entities = append(entities, r.entity)
	}
	return beyondFirst(entities)
}

// Duplicates counts the hub's active records beyond the first of their entity.
func (s *Server) Duplicates(collection string, truth *Truth) int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.collections[collection]
	if c == nil {
		return 0
	}
	var entities []string
	for i := range c.records {
		r := &c.records[i]
		if status := c.value(r, "status", []string{"status"}); !r.gone && (status == "ACTIVE" || status == nil) {
			entities = append(entities, truth.entity(collection, s.allIDs(r)...))
		}
	}
	return beyondFirst(entities)
}

// beyondFirst counts repetitions; records of an unknown entity are none.
func beyondFirst(entities []string) int {
	seen := map[string]bool{}
	n := 0
	for _, entity := range entities {
		if entity != "" && seen[entity] {
			n++
		}
		seen[entity] = true
	}
	return n
}

// latest is the newest time in the hub, or the clock's when it is later.
func (s *Server) latest() time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	latest := s.o.Now().Unix()
	for _, c := range s.collections {
		for i := range c.records {
			latest = max(latest, c.records[i].updated)
		}
	}
	return time.Unix(latest, 0).UTC()
}

// Comparison sets the same collection of the same application beside itself: synced without sameas, and after it.
type Comparison struct {
	Provider, Realm, Collection string
	Before                      int // duplicates before any sync
	Without, With               int // duplicates after it
	TwinsWithout, TwinsWith     int // of those, what the sync created though the application held it
	CopiesWithout, CopiesWith   int // of those, what the sync created because the hub holds it more than once
}

// Compare joins two outcomes of the same applications.
func Compare(without, with Outcome) []Comparison {
	var all []Comparison
	for _, a := range without.Applications {
		for _, b := range with.Applications {
			if a.Provider == b.Provider && a.Realm == b.Realm && a.Collection == b.Collection {
				all = append(all, Comparison{
					Provider: a.Provider, Realm: a.Realm, Collection: a.Collection, Before: a.DuplicatesBefore,
					Without: a.DuplicatesAfter, With: b.DuplicatesAfter, TwinsWithout: a.CreatedTwins, TwinsWith: b.CreatedTwins,
					CopiesWithout: a.CreatedCopies, CopiesWith: b.CreatedCopies,
				})
			}
		}
	}
	return all
}
