package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// pageSize is what the API grants by default; nobody has seen it grant more.
const pageSize = 100

// listing is what the pages of a collection say of the records and IDs that are due.
type listing struct {
	due     map[string]*expectation         // by UUID
	seen    map[string]bool                 // UUIDs met
	holders map[connec.ExternalID][2]string // the first two records met that bear an ID which is due
}

// byPages reads the whole collection, which is cheaper than one request a record when much of it is concerned.
// Pages are no snapshot: a record that none of them held, and an ID that more or fewer than one record held, are
// asked for one by one.
func (v *verifier) byPages(ctx context.Context, collection string, due []*expectation) error {
	l := listing{due: map[string]*expectation{}, seen: map[string]bool{}, holders: map[connec.ExternalID][2]string{}}
	for _, e := range due {
		l.due[e.uuid] = e
		for _, id := range e.want.IDs {
			l.holders[id] = [2]string{}
		}
	}
	if err := v.pages(ctx, collection, l); err != nil {
		return err
	}
	for i, e := range due {
		if err := v.fromListing(ctx, l, e); err != nil {
			return err
		}
		v.progress(i+1, len(due))
	}
	return nil
}

func (v *verifier) pages(ctx context.Context, collection string, l listing) error {
	for skip := int64(0); ; {
		page, err := v.hub.List(ctx, collection, connec.ListOptions{Skip: skip, Top: pageSize, OrderBy: "created_at asc"})
		if err != nil {
			return fmt.Errorf("verify: read %s from record %d: %w", collection, skip, err)
		}
		for _, body := range page.Records {
			now, err := observe(body)
			if err != nil {
				continue // it cannot be one that is due under that UUID; if it is, it is asked for by itself
			}
			v.meet(l, now)
		}
		skip += int64(len(page.Records))
		if !page.More || len(page.Records) == 0 {
			return nil
		}
	}
}

// meet compares a record that is due, once, and notes who bears the IDs that are due.
func (v *verifier) meet(l listing, now observed) {
	if e := l.due[now.uuid]; e != nil && !l.seen[now.uuid] {
		l.seen[now.uuid] = true
		v.compare(e, &now)
	}
	for _, id := range now.ids {
		held, due := l.holders[id]
		switch {
		case !due || held[0] == now.uuid || held[1] == now.uuid:
		case held[0] == "":
			l.holders[id] = [2]string{now.uuid}
		case held[1] == "":
			l.holders[id] = [2]string{held[0], now.uuid}
		}
	}
}

// fromListing settles what the pages left open.
func (v *verifier) fromListing(ctx context.Context, l listing, e *expectation) error {
	if !l.seen[e.uuid] {
		now, err := v.get(ctx, e)
		if err != nil {
			return err
		}
		v.compare(e, now)
	}
	for _, id := range e.want.IDs {
		if l.holders[id] == [2]string{e.uuid} {
			continue
		}
		if err := v.answers(ctx, e, id); err != nil {
			return err
		}
		if err := v.alsoOn(ctx, l, e, id); err != nil {
			return err
		}
	}
	return v.gone(ctx, e)
}

// alsoOn looks for an ID that the plan brought on a record that it was not to be on: a GET by the ID answers with one
// record only. What the pages showed is asked for once more, as records may have changed between them.
func (v *verifier) alsoOn(ctx context.Context, l listing, e *expectation, id connec.ExternalID) error {
	if id.IsHub() || e.two || !slices.Contains(e.brought, id) {
		return nil
	}
	for _, uuid := range l.holders[id] {
		if uuid == "" || uuid == e.uuid {
			continue
		}
		other, err := v.get(ctx, &expectation{op: e.op, collection: e.collection, uuid: uuid})
		if err != nil {
			return err
		}
		if other != nil && slices.Contains(other.ids, id) {
			v.differs(e, fmt.Sprintf("ID %s is on record %s too, which the plan does not name", id, uuid))
		}
	}
	return nil
}
