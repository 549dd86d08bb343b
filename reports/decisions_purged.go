package reports

import (
	"context"

	"github.com/sameas/sameas/internal/keyhash"
	"github.com/sameas/sameas/internal/purge"
	queries "github.com/sameas/sameas/sql"
)

// A purge names the records of decisions by digests, and so does a file that is exported before they are extracted again.
// The workspace that made the digests knows the records by them.

// recall names the records of the lines by their IDs again, where they are extracted.
func recall(ctx context.Context, on queries.Querier, lines []decisionLine) error {
	var digests [][2]string
	for _, l := range lines {
		for _, id := range []string{l.Record, l.Other} {
			if keyhash.Is(id) {
				digests = append(digests, [2]string{l.Collection, id})
			}
		}
	}
	ids, err := purge.IDs(ctx, on, digests)
	if err != nil {
		return err
	}
	for i := range lines {
		for _, id := range []*string{&lines[i].Record, &lines[i].Other} {
			if known, is := ids[[2]string{lines[i].Collection, *id}]; is {
				*id = known
			}
		}
	}
	return nil
}

// digestsOf are the digests by which decisions name records, each with its collection.
func digestsOf(lists ...[]Decision) map[[2]string]bool {
	digests := map[[2]string]bool{}
	for _, list := range lists {
		for _, d := range list {
			for _, id := range []string{d.Record, d.Other} {
				if keyhash.Is(id) {
					digests[[2]string{d.Collection, id}] = true
				}
			}
		}
	}
	return digests
}
