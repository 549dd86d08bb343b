package reports

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// errNoItem says that there is no item or cluster of that name.
var errNoItem = errors.New("there is no cluster of two records or more, and no review item, of that name")

type cardKey = where

// reviewCard is an item as it was read: it changes only with a match.
type reviewCard struct {
	at      place // of the item, though it was asked for by a cluster
	card    card
	weight  *float64
	members []ReviewMember // those on the card, in its order
	hub     []bool
	back    string // why the plan sent one of the clusters back
}

// said is one decision on the records of a card.
type said struct {
	Kind   string `json:"kind"`
	Record int    `json:"record"`
	Other  int    `json:"other"`
	Field  string `json:"field,omitempty"`
	Who    string `json:"who"`
	At     string `json:"at"`
	Why    string `json:"why,omitempty"`
}

// shown is what the page is told of an item.
type shown struct {
	Collection string         `json:"collection"`
	ID         string         `json:"id"` // by which the page asks for it and answers: of the review item, or of the sampled cluster
	Card       card           `json:"card"`
	Weight     *float64       `json:"weight"`
	Sampled    bool           `json:"sampled"`
	Asked      bool           `json:"asked"` // it is a review item or sampled, not only looked at
	SentBack   string         `json:"sent_back,omitempty"`
	Version    string         `json:"version"`
	Groups     []int          `json:"groups"` // what stands: records of one number are one thing
	Judged     bool           `json:"judged"`
	Settled    bool           `json:"settled"`
	Said       []said         `json:"said"`
	Survivor   int            `json:"survivor"` // -1 when nobody chose
	Values     map[string]int `json:"values"`
	Conflicts  [][]string     `json:"conflicts"`
	Value      float64        `json:"value"`
	Progress   progress       `json:"progress"`
	Finished   bool           `json:"finished"` // nothing is left to judge; there is no card
}

// cardsKept is how many cards are kept as read.
const cardsKept = 200

// card reads the item, or finds it as read before.
func (r *Review) card(ctx context.Context, w where) (*reviewCard, error) {
	if c, known := r.cards[w]; known {
		return c, nil
	}
	at := place{collection: w.collection}
	err := queries.One(ctx, r.o.DB, "reports/review_item_of.sql", queries.Args{"collection": w.collection, "item": w.item}, &at.item)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoItem
	}
	if err != nil {
		return nil, err
	}
	reader, err := openCards(ctx, r.o.DB, r.models, at)
	if err != nil {
		return nil, err
	}
	defer reader.close()
	reader.only = w.cluster
	c, line, found := reader.nextCard()
	if err := reader.err(); err != nil {
		return nil, err
	}
	if !found || len(c.Members) == 0 {
		return nil, errNoItem
	}
	out := &reviewCard{at: at, card: c}
	if line.scored {
		out.weight = &line.weight
	}
	sentBack := r.sentBack(at)
	for i := range c.Clusters { // as the question has it
		if why := sentBack[c.Clusters[i].ID]; why != "" && w.cluster == "" {
			c.Clusters[i].Tier, out.back = "review", why
		}
	}
	for _, m := range c.Members {
		cluster := c.Clusters[m.Cluster]
		out.members = append(out.members, ReviewMember{Key: m.key, Cluster: cluster.ID, Tier: cluster.Tier})
		out.hub = append(out.hub, m.Hub)
	}
	if len(r.cards) >= cardsKept {
		clear(r.cards)
	}
	r.cards[w] = out
	return out, nil
}

// sentBack says of clusters of an item why the plan sent them back.
func (r *Review) sentBack(item place) map[string]string {
	back := map[string]string{}
	if i, asked := r.at[item]; asked {
		for _, m := range r.items[i].Members {
			back[m.Cluster] = m.SentBack
		}
	}
	return back
}

// show is what the page is told of an item, as it stands now.
func (r *Review) show(ctx context.Context, w where) (shown, error) {
	c, err := r.card(ctx, w)
	if err != nil {
		return shown{}, err
	}
	collection := w.collection
	p := r.judged.partition(collection, c.members)
	decided := r.judged.within(collection, c.members)
	s := shown{Collection: collection, ID: cmp.Or(w.cluster, c.at.item), Card: c.card, Weight: c.weight, Sampled: w.cluster != "", Version: versionOf(c.members, decided), Groups: p.group, Judged: p.judged,
		Settled: p.settled, Said: []said{}, Survivor: -1, Values: map[string]int{}, Conflicts: [][]string{}, Progress: r.progress()}
	at, asked := r.at[c.at]
	s.Asked, s.SentBack = asked || s.Sampled, visible(c.back)
	if asked {
		s.Value = r.items[at].Value()
	}
	s.tell(decided, c)
	keys := map[string]bool{}
	for _, m := range c.members {
		keys[m.Key] = true
	}
	for _, x := range r.judged.conflicts {
		if x.Collection == collection && x.touches(keys) {
			s.Conflicts = append(s.Conflicts, seen(x.Chain))
		}
	}
	return s, nil
}

func seen(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = visible(text)
	}
	return out
}

// tell lists the decisions, oldest first, and what they chose.
func (s *shown) tell(decided []Decision, c *reviewCard) {
	index := func(key string) int {
		return slices.IndexFunc(c.members, func(m ReviewMember) bool { return m.Key == key })
	}
	slices.SortStableFunc(decided, func(a, b Decision) int { return a.At.Compare(b.At) })
	for _, d := range decided {
		line := said{Kind: d.Kind, Record: index(d.Record), Other: -1, Field: visible(d.Field), Who: visible(d.Who), At: d.At.UTC().Format(time.RFC3339), Why: visible(d.Why)}
		switch d.Kind {
		case Survivor:
			s.Survivor = line.Record
		case Value:
			if row := displayField(d.Field); row >= 0 {
				s.Values[displayFields()[row]] = line.Record
			}
		default:
			line.Other = index(d.Other)
		}
		s.Said = append(s.Said, line)
	}
}

// showNext is the next item, or that there is none.
func (r *Review) showNext(ctx context.Context) (shown, error) {
	w, found := r.next()
	if !found {
		return shown{Finished: true, Progress: r.progress()}, nil
	}
	return r.show(ctx, w)
}

// keepAnswer keeps an answer for good: once this returns without error it survives whatever happens to the process.
func (r *Review) keepAnswer(ctx context.Context, a answer) error {
	w := r.whereOf(a.Collection, a.ID, a.Sampled)
	c, err := r.card(ctx, w)
	if err != nil {
		return err
	}
	if a.Version != versionOf(c.members, r.judged.within(a.Collection, c.members)) {
		return errStale
	}
	if err := a.check(c.members, c.hub); err != nil {
		return err
	}
	var failed error
	held := func(i int, paths []string) []string {
		raw, err := rawOf(ctx, r.o.DB, a.Collection, c.members[i].Key)
		failed = errors.Join(failed, err)
		return heldPaths(raw, paths)
	}
	decisions, replaced := a.decisions(c.members, r.judged, r.o.Who, r.o.Now(), held)
	if failed != nil {
		return failed
	}
	if err := r.commit(ctx, decisions, replaced); err != nil {
		return fmt.Errorf("keep the answer: %w", err)
	}
	if err := r.answered(ctx, w.place); err != nil {
		return err
	}
	if after, found := r.next(); found && after == w { // not settled by it: the others come first
		return r.putOff(ctx, w.place)
	}
	return nil
}
