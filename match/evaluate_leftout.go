package match

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// providerRealm is one application's account in one collection.
type providerRealm struct{ collection, provider, realm string }

// leaveOneOut takes the IDs of one provider and realm away at a time, everywhere: from records, references and
// links, and so from organization clusters and the model; matches again; and counts how many of the pairs come back
// whose every chain of IDs ran through them. truth is the judged records by collection, nil without a truth file.
func leaveOneOut(ctx context.Context, o Options, truth map[string]*judged) (Evaluation, error) {
	var candidates []providerRealm
	err := queries.Each(ctx, o.DB, "match/evaluate_providers.sql", queries.Args{"hub_provider": connec.HubProvider}, func(rows *sql.Rows) error {
		var p providerRealm
		err := rows.Scan(&p.collection, &p.provider, &p.realm)
		candidates = append(candidates, p)
		return err
	})
	if err != nil {
		return Evaluation{}, err
	}
	var e Evaluation
	if truth == nil {
		e.Notes = append(e.Notes, "recall on linked pairs only: without a truth file nothing is known of wrong merges, so there is no precision")
	}
	for i := 0; i < len(candidates); {
		var collections []string
		p := candidates[i]
		for ; i < len(candidates) && candidates[i].provider == p.provider && candidates[i].realm == p.realm; i++ {
			collections = append(collections, candidates[i].collection)
		}
		found, err := leaveOut(ctx, o, p, collections, truth)
		if err != nil {
			return Evaluation{}, fmt.Errorf("without the IDs of %s/%s: %w", p.provider, p.realm, err)
		}
		e.LeftOut = append(e.LeftOut, found...)
	}
	if len(e.LeftOut) == 0 {
		e.Notes = append(e.Notes, "no two records are joined by an application's ID or a link: there is nothing to leave out; name a truth file with --truth")
	}
	return e, nil
}

// leaveOut matches a copy of the workspace without one application's IDs; the copy lives in a folder of its own, which
// is removed again.
func leaveOut(ctx context.Context, o Options, p providerRealm, collections []string, truth map[string]*judged) ([]LeftOut, error) {
	folder, err := os.MkdirTemp("", "sameas-left-out-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary workspace: %w", err)
	}
	defer os.RemoveAll(folder)
	copied, err := queries.Open(ctx, filepath.Join(folder, "left_out.duckdb"), queries.Options{Create: true})
	if err != nil {
		return nil, err
	}
	defer copied.Close()
	if err := copyWithout(ctx, o.DB, copied, p); err != nil {
		return nil, err
	}
	again := o
	again.DB, again.Collections = copied, nil
	if _, err := Run(ctx, again); err != nil {
		return nil, err
	}
	var results []LeftOut
	for _, collection := range collections {
		found, err := recovered(ctx, o, copied, collection, truth[collection])
		if err != nil {
			return nil, err
		}
		if found.LinkedPairs > 0 {
			found.Provider, found.Realm = p.provider, p.realm
			results = append(results, found)
		}
	}
	return results, nil
}

// copyWithout copies what extract wrote, but for the application's IDs. Decisions stay behind: they name records by IDs.
func copyWithout(ctx context.Context, from, to *sql.DB, p providerRealm) error {
	without := queries.Args{"provider": p.provider, "realm": p.realm}
	for _, t := range []struct {
		table, query string
		args         queries.Args
	}{
		{"records", "match/evaluate_copy_records.sql", without},
		{"external_ids", "match/evaluate_copy_external_ids.sql", without},
		{"refs", "match/evaluate_copy_refs.sql", without},
		{"links", "match/evaluate_copy_links.sql", without},
		{"extractions", "match/evaluate_copy_extractions.sql", nil},
		{"stages", "match/evaluate_copy_stages.sql", nil},
	} {
		if err := copyTable(ctx, from, to, t.table, t.query, t.args); err != nil {
			return fmt.Errorf("copy %s: %w", t.table, err)
		}
	}
	return nil
}

// copyTable appends the query's rows to the table of the other workspace. The two are separate databases: a statement
// over both would name a file, and the statements of sql/ are checked before any file is there.
func copyTable(ctx context.Context, from, to *sql.DB, table, query string, args queries.Args) error {
	conn, err := to.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		err = queries.Each(ctx, from, query, args, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			scanned, places := make([]any, len(columns)), make([]any, len(columns))
			for i := range scanned {
				places[i] = &scanned[i]
			}
			if err := rows.Scan(places...); err != nil {
				return err
			}
			values := make([]driver.Value, len(columns))
			for i, v := range scanned {
				values[i] = v
			}
			return appender.AppendRow(values...)
		})
		if closed := appender.Close(); err == nil {
			err = closed
		}
		return err
	})
}

// recovered counts the pairs that are joined by IDs in the workspace and not in the other, and how many of them the
// other's clusters hold all the same; with truth, what that is worth.
func recovered(ctx context.Context, o Options, without *sql.DB, collection string, truth *judged) (LeftOut, error) {
	before, err := loadStored(ctx, o.DB, collection)
	if err != nil {
		return LeftOut{}, err
	}
	places := make(map[int64]int, len(before))
	for i, r := range before {
		places[r.rid] = i
	}
	joined, err := loadComponents(ctx, o.DB, collection, places)
	if err != nil {
		return LeftOut{}, err
	}
	after, err := loadStored(ctx, without, collection)
	if err != nil {
		return LeftOut{}, err
	}
	still, err := loadComponents(ctx, without, collection, places)
	if err != nil {
		return LeftOut{}, err
	}
	for i := range after {
		place := places[after[i].rid]
		after[i].judged, after[i].linked = true, still.find(uint32(place))
		after[i].entity = fmt.Sprint(joined.find(uint32(place)))
	}
	again := number(collection, after)
	v := view{again.records, true}
	wanted := v.pairs(byEntity)
	found := LeftOut{Collection: collection, LinkedPairs: wanted,
		Auto: ratio(v.pairs(byAuto, byEntity), wanted), AutoAndReview: ratio(v.pairs(byReview, byEntity), wanted)}
	if truth != nil && wanted > 0 {
		found.ByTruth, err = truth.leftOut(ctx, o, again)
	}
	return found, err
}
