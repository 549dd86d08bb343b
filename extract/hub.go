package extract

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// lister reads pages; *connec.Client is one.
type lister interface {
	List(ctx context.Context, collection string, o connec.ListOptions) (connec.Page, error)
}

// client makes the client of a connec source; credentials come from the environment.
func (x *extraction) client(t *task) (lister, error) {
	getenv := x.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	for _, name := range []string{t.source.Credentials.KeyEnv, t.source.Credentials.SecretEnv} {
		if getenv(name) == "" {
			return nil, fmt.Errorf("the environment variable %s is not set: export the API %s under that name", name,
				map[bool]string{true: "key", false: "secret"}[name == t.source.Credentials.KeyEnv])
		}
	}
	return connec.NewClient(connec.Options{
		Endpoint: t.source.Endpoint,
		Group:    t.source.Group,
		Key:      getenv(t.source.Credentials.KeyEnv),
		Secret:   getenv(t.source.Credentials.SecretEnv),
		Rate:     t.source.Rate,
		Doer:     x.Doer,
	})
}

// readHub reads the collection's pages that are not there yet.
func (x *extraction) readHub(ctx context.Context, t *task) error {
	sum, err := x.sumPages(ctx, t)
	if err != nil {
		return err
	}
	if sum.pages == 0 || sum.more {
		client, err := x.client(t)
		if err != nil {
			return err
		}
		if err := x.readPages(ctx, t, client, sum); err != nil {
			return err
		}
		if sum, err = x.sumPages(ctx, t); err != nil {
			return err
		}
	}
	if sum.last.Valid {
		t.total = &sum.last.Int64
	}
	if sum.least.Valid && sum.least != sum.most {
		t.doubt("the server's count moved between %d and %d while the pages were read, so that a record may have slipped between two pages: extract again when nobody writes", sum.least.Int64, sum.most.Int64)
	}
	t.cut = func(ctx context.Context) error {
		_, err := x.exec(ctx, x.conn, "extract/staged_rows_of_pages.sql", queries.Args{
			"source": t.source.Name, "collection": t.collection, "value": `$."` + t.collection + `"`,
		})
		return err
	}
	return nil
}

// pageSum is what the pages kept so far say together.
type pageSum struct {
	pages             int64
	least, most, last sql.NullInt64
	more              bool
	top               sql.NullInt64
}

func (x *extraction) sumPages(ctx context.Context, t *task) (pageSum, error) {
	var s pageSum
	err := queries.One(ctx, x.conn, "extract/pages_sum.sql", queries.Args{
		"source": t.source.Name, "collection": t.collection,
	}, &s.pages, &s.least, &s.most, &s.last, &s.more, &s.top)
	return s, err
}

// readPages reads from the task's offset to the end. Offsets are ours: `next` only says that there is more.
func (x *extraction) readPages(ctx context.Context, t *task, client lister, sum pageSum) error {
	r := &pager{
		client:     client,
		collection: t.collection,
		size:       max(t.source.PageSize, 1),
		ahead:      max(t.source.Concurrency, 1),
		skip:       t.skip,
		total:      -1,
		seen:       map[[sha256.Size]byte]bool{},
	}
	if sum.last.Valid {
		r.total = sum.last.Int64
	}
	if sum.top.Valid && sum.top.Int64 > 0 {
		r.granted = sum.top.Int64
	}
	x.Progress(t.stage(), t.got, r.total)
	return r.each(ctx, func(asked int64, p connec.Page) (bool, error) {
		more, doubt := r.judge(asked, p)
		if doubt != "" {
			t.doubt("%s", doubt)
		}
		p.More = more
		digest := sha256.Sum256(p.Body)
		if err := x.keepPage(ctx, t, asked, p, hex.EncodeToString(digest[:])); err != nil {
			return false, err
		}
		x.Progress(t.stage(), t.got, p.Total)
		return more, nil
	})
}
