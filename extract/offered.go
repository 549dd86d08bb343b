package extract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// Offer is one collection of one hub.
type Offer struct {
	Source     string `json:"source"`
	Collection string `json:"collection"`
	// Records is the server's own count; nil where it gave none.
	Records *int64 `json:"records"`
	// Configured says that the source's `collections` name it.
	Configured bool `json:"configured"`
	// Refers says how it may refer to people or organizations: known, possible or "".
	Refers string `json:"refers"`
	// Documented says that the API's public documentation knows the collection; of the others clients tell.
	Documented bool `json:"documented"`
	// Problem is why it cannot be read, when the hub names it or the configuration does.
	Problem string `json:"problem,omitempty"`
}

// Offers are what the hubs offer, and how that was found out.
type Offers struct {
	Collections []Offer  `json:"collections"`
	Notes       []string `json:"notes"`
}

// Offered asks each hub of the configuration what collections it offers, and each collection for one record, which comes
// with the count of all. Beside those that the hub names, all that public clients use and that the source names are tried.
// It needs no workspace and changes nothing.
func Offered(ctx context.Context, o Options) (Offers, error) {
	x := &extraction{Options: o, connections: map[string]connec.Options{}}
	if x.Progress == nil {
		x.Progress = func(string, int64, int64) {}
	}
	offers := Offers{Collections: []Offer{}, Notes: []string{}}
	hubs := 0
	for _, s := range o.Config.Sources {
		if s.Type != config.TypeConnec {
			continue
		}
		hubs++
		if err := x.offeredBy(ctx, s, &offers); err != nil {
			return offers, fmt.Errorf("source %s: %w", s.Name, err)
		}
	}
	if hubs == 0 {
		return offers, errors.New("the configuration has no source of type `connec`: there is no hub to ask")
	}
	return offers, nil
}

// discoverer tells what a hub offers; *connec.Client is one.
type discoverer interface {
	Discover(ctx context.Context) ([]string, error)
}

func (x *extraction) offeredBy(ctx context.Context, s config.Source, offers *Offers) error {
	client, err := x.client(ctx, &task{source: s})
	if err != nil {
		return err
	}
	var named []string
	if d, ok := client.(discoverer); ok {
		if named, err = d.Discover(ctx); err != nil {
			var refused *connec.Error
			if !errors.As(err, &refused) || refused.Status == 0 || refused.Status == http.StatusUnauthorized {
				return err
			}
			offers.Notes = append(offers.Notes, fmt.Sprintf("%s does not say what it offers (%s): the names that public clients use were tried, others may exist", s.Name, err))
		}
	}
	tried := slices.Concat(connec.KnownCollections(), named, s.Collections)
	slices.Sort(tried)
	tried = slices.Compact(tried)
	for i, collection := range tried {
		offer, offered, err := countOne(ctx, client, collection)
		if err != nil {
			return err
		}
		x.Progress(s.Name+"/collections", int64(i+1), int64(len(tried)))
		offer.Source, offer.Configured = s.Name, slices.Contains(s.Collections, collection)
		if offered || offer.Configured || slices.Contains(named, collection) {
			offers.Collections = append(offers.Collections, offer)
		}
	}
	return nil
}

// countOne asks for one record; a hub that refuses has no such collection, or not for these credentials.
func countOne(ctx context.Context, client lister, collection string) (offer Offer, offered bool, err error) {
	offer = Offer{Collection: collection, Refers: connec.Refers(collection), Documented: collection == "people" || collection == "organizations"}
	page, err := client.List(ctx, collection, connec.ListOptions{Top: 1})
	var refused *connec.Error
	switch {
	case errors.As(err, &refused) && slices.Contains([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}, refused.Status):
		offer.Problem = refused.Error()
		return offer, false, nil
	case err != nil:
		return offer, false, err
	case page.Total >= 0:
		offer.Records = &page.Total
	case !page.More && len(page.Records) <= 1:
		n := int64(len(page.Records)) // a singular resource such as company, or an empty one
		offer.Records = &n
	}
	return offer, true, nil
}
