package behaviour

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

const (
	// askedPage is more records than any client is known to ask for.
	askedPage = 1000
	// orderReads is how often the same list is read: a coin would show the same side each time once in 32,768.
	orderReads = 16
	// searchedPages of 100 are read in search of an ID that two records bear already.
	searchedPages = 20
	searchedPage  = 100
)

// askPageMax asks for a page larger than any and reads what the server says that it granted.
func (p *prober) askPageMax(ctx context.Context) error {
	page, err := p.Hub.List(ctx, people, connec.ListOptions{Top: askedPage})
	if err != nil {
		return err
	}
	var said struct {
		Pagination struct{ Top, Total *int64 }
	}
	_ = json.Unmarshal(page.Body, &said) // the client has read it before
	rows, answer := int64(len(page.Records)), "no pagination.top"
	if said.Pagination.Top != nil {
		answer = fmt.Sprintf("pagination.top %d", *said.Pagination.Top)
	}
	if said.Pagination.Total != nil {
		answer += fmt.Sprintf(", pagination.total %d", *said.Pagination.Total)
	}
	p.buffer = append(p.buffer, Exchange{fmt.Sprintf("GET /%s?$skip=0&$top=%d", people, askedPage), fmt.Sprintf("200, %d records, %s", rows, answer)})
	switch {
	case rows == askedPage:
		p.found(PageMax, strconv.Itoa(askedPage), "at least: no more was asked for")
	case page.More && rows > 0:
		p.found(PageMax, strconv.FormatInt(rows, 10), "")
	case said.Pagination.Top != nil && *said.Pagination.Top < askedPage:
		p.found(PageMax, strconv.FormatInt(*said.Pagination.Top, 10), "what the server says that it grants: the group holds too few records to fill a page")
	case said.Pagination.Top != nil:
		p.found(PageMax, strconv.Itoa(askedPage), "what the server says that it grants: the group holds too few records to fill a page, and no more was asked for")
	default:
		p.found(PageMax, Unknown, "the group holds too few records to fill a page, and the server does not say what it grants")
	}
	return nil
}

// askOrder reads the probe's own two people, who sort equal, again and again.
func (p *prober) askOrder(ctx context.Context) error {
	o := connec.ListOptions{Top: searchedPage, Filter: "last_name eq '" + LastName(p.Mark) + "'", OrderBy: "last_name asc"}
	sent := fmt.Sprintf("GET /%s?$filter=%s&$orderby=%s", people, o.Filter, o.OrderBy)
	seen := map[string]int{}
	for range orderReads {
		page, err := p.Hub.List(ctx, people, o)
		if err != nil {
			return err
		}
		var own []string
		for _, body := range page.Records {
			if r, err := readRecord(body); err == nil && (r.uuid == p.a.uuid || r.uuid == p.b.uuid) {
				own = append(own, r.uuid)
			}
		}
		order := strings.Join(own, ", ")
		if seen[order]++; seen[order] == 1 {
			p.buffer = append(p.buffer, Exchange{sent, "200, in this order: " + order})
		}
		if len(own) != 2 {
			p.found(Order, Unknown, fmt.Sprintf("the list holds %d of the 2 records that it should", len(own)))
			return nil
		}
	}
	if len(seen) > 1 {
		p.found(Order, Unstable, "")
		return nil
	}
	p.found(Order, Stable, fmt.Sprintf("%d reads agreed; that it is always so cannot be shown", orderReads))
	return nil
}

// askGetAmbiguous asks by an ID that both people bear, whichever of them was written last. Where no ID can be put on two
// records it looks for one that two records of the group bear already, and reads only.
func (p *prober) askGetAmbiguous(ctx context.Context) error {
	for _, id := range p.a.ids {
		if !id.IsHub() && p.b.bears(id) {
			return p.ambiguousAs(ctx, id, p.a.uuid, p.b.uuid, true)
		}
	}
	id, oldest, newest, read, err := p.sharedAlready(ctx)
	if err != nil {
		return err
	}
	if oldest == "" {
		p.found(GetAmbiguous, Unknown, fmt.Sprintf("no ID could be put on two records, and none of the %d people read bears an ID that another bears too", read))
		return nil
	}
	p.strangers = true
	defer func() { p.strangers = false }()
	return p.ambiguousAs(ctx, id, oldest, newest, false)
}

// ambiguousAs reads by the ID three times; touch writes to either record in between, so that the latest write is no
// explanation.
func (p *prober) ambiguousAs(ctx context.Context, id connec.ExternalID, oldest, newest string, touch bool) error {
	seen := map[string]bool{}
	for i := range 3 {
		if last := []string{oldest, newest, ""}[i]; touch && last != "" {
			if _, err := p.send(ctx, "PUT", people, last, map[string]any{"description": fmt.Sprintf("written for the %d. time", i+1)}); err != nil {
				return err
			}
		}
		a, err := p.getByID(ctx, people, id)
		if err != nil {
			return err
		}
		switch {
		case a.refused:
			seen[Error] = true
		case a.uuid == oldest:
			seen[First] = true
		case a.uuid == newest:
			seen[Newest] = true
		default:
			seen["another record"] = true
		}
	}
	for _, value := range []string{First, Newest, Error} {
		if seen[value] && len(seen) == 1 {
			p.found(GetAmbiguous, value, "")
			return nil
		}
	}
	p.found(GetAmbiguous, Unknown, "the answers follow neither the oldest nor the newest record")
	return nil
}

// sharedAlready looks through people for an ID on two of them that were created at different times.
func (p *prober) sharedAlready(ctx context.Context) (id connec.ExternalID, oldest, newest string, read int, err error) {
	type holder struct {
		uuid    string
		created time.Time
	}
	holders := map[connec.ExternalID][]holder{}
	for page := range int64(searchedPages) {
		list, err := p.Hub.List(ctx, people, connec.ListOptions{Skip: int64(read), Top: searchedPage, OrderBy: "created_at asc"})
		if err != nil {
			return id, "", "", read, err
		}
		p.buffer = append(p.buffer, Exchange{fmt.Sprintf("GET /%s?$skip=%d&$top=%d&$orderby=created_at asc", people, read, searchedPage),
			fmt.Sprintf("200, %d records", len(list.Records))})
		for _, body := range list.Records {
			r, err := readRecord(body)
			var at struct {
				Created time.Time `json:"created_at"`
			}
			if err != nil || json.Unmarshal(body, &at) != nil {
				continue
			}
			for _, id := range r.ids {
				if !id.IsHub() {
					holders[id] = append(holders[id], holder{r.uuid, at.Created})
				}
			}
		}
		read += len(list.Records)
		if !list.More || len(list.Records) == 0 || page == searchedPages-1 {
			break
		}
	}
	for _, id := range sortedIDs(holders) {
		h := holders[id]
		if len(h) == 2 && h[0].uuid != h[1].uuid && h[0].created.Before(h[1].created) {
			p.buffer = append(p.buffer, Exchange{"of these", fmt.Sprintf("%s bears %s, and so does %s, which was created later", h[0].uuid, id, h[1].uuid)})
			return id, h[0].uuid, h[1].uuid, read, nil
		}
	}
	return id, "", "", read, nil
}
