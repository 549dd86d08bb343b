package merge_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/merge"
	queries "github.com/sameas/sameas/sql"
)

// TestCreatesBesideNoCandidateInGeneratedWorlds: of whatever a plan would create, no record has a kept edge at or above
// review to a hub record, a must-link to one, or a conflict with one. In these worlds unions are refused that no conflict
// tells of, and both applications' files are read, so that clusters without a hub record come about.
func TestCreatesBesideNoCandidateInGeneratedWorlds(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{2, 5} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			ctx, dir := t.Context(), t.TempDir()
			c := twoFiles(t, dir, generator.Options{People: 400, Organizations: 80, Seed: seed})
			db, err := queries.Open(ctx, filepath.Join(dir, "w.duckdb"), queries.Options{Create: true, ToolVersion: "test"})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			log := slog.New(slog.DiscardHandler)
			getenv := func(name string) string {
				return map[string]string{sandbox.KeyEnv: sandbox.DefaultKey, sandbox.SecretEnv: sandbox.DefaultSecret}[name]
			}
			if _, err := extract.Run(ctx, extract.Options{DB: db, Config: c, Getenv: getenv, Log: log}); err != nil {
				t.Fatal(err)
			}
			if _, err := match.Run(ctx, match.Options{DB: db, Config: c, Log: log}); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "plan.ndjson")
			if _, err := merge.WritePlan(ctx, merge.PlanOptions{DB: db, Config: c, Out: path, ToolVersion: "test", Log: log}); err != nil {
				t.Fatal(err)
			}
			creates := createdClusters(t, path)
			if len(creates) < 20 {
				t.Errorf("only %d creates: the property says little", len(creates))
			}
			for _, f := range facingHub(ctx, t, db) {
				if creates[f.collection+"/"+f.cluster] {
					t.Errorf("%s %s is created, though it is %s %s", f.collection, f.key, f.what, f.hub)
				}
			}
		})
	}
}

// twoFiles serves a generated world, and configures the hub with both applications' files.
func twoFiles(t *testing.T, dir string, o generator.Options) *config.Config {
	t.Helper()
	if _, err := generator.Generate(t.Context(), o, dir, nil); err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(sandbox.Options{})
	if err == nil {
		err = server.LoadDir(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	running, err := sandbox.Serve(t.Context(), "127.0.0.1:0", server)
	if err == nil {
		err = sandbox.WriteProject(dir, running.URL, sandbox.Project{})
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(filepath.Join(dir, sandbox.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	c.Merge.Create = true
	for _, s := range c.Sources {
		if s.Name == "application-people" {
			other := s.AlsoIDs[0]
			s.Name, s.Path, s.AlsoIDs = "other-people", filepath.Join(dir, "other_people.csv"), nil
			s.ID.Provider, s.ID.Realm = other.Provider, other.Realm
			s.References = nil
			c.Sources = append(c.Sources, s)
			break
		}
	}
	return c
}

// createdClusters are the clusters that the plan creates, by collection.
func createdClusters(t *testing.T, path string) map[string]bool {
	t.Helper()
	p, err := merge.OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	made := map[string]bool{}
	err = p.Each(func(op merge.Operation) error {
		if op.Type == merge.TypeCreate {
			made[op.Collection+"/"+op.ClusterID] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// facing is a record of an application that has to do with a hub record.
type facing struct{ collection, key, cluster, hub, what string }

// facingHub reads them from the tables one by one.
func facingHub(ctx context.Context, t *testing.T, db *sql.DB) (all []facing) {
	t.Helper()
	type name struct{ collection, key string }
	clusters, hubs := map[name]string{}, map[name]bool{}
	each := func(text string, f func(rows *sql.Rows) error) {
		rows, err := db.QueryContext(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			if err := f(rows); err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	each("SELECT c.collection, c.key, c.cluster_id, r.hub FROM clusters c JOIN records r USING (rid)", func(rows *sql.Rows) error {
		var n name
		var cluster string
		var hub bool
		err := rows.Scan(&n.collection, &n.key, &cluster, &hub)
		clusters[n], hubs[n] = cluster, hub
		return err
	})
	pair := func(collection, a, b, what string) {
		for _, side := range [][2]string{{a, b}, {b, a}} {
			own, other := name{collection, side[0]}, name{collection, side[1]}
			if hubs[other] && !hubs[own] && clusters[own] != clusters[other] {
				all = append(all, facing{collection, own.key, clusters[own], other.key, what})
			}
		}
	}
	each("SELECT collection, key_a, key_b, kind, coalesce(probability, 1) FROM edges", func(rows *sql.Rows) error {
		var collection, a, b, kind string
		var p float64
		err := rows.Scan(&collection, &a, &b, &kind, &p)
		if kind != "fuzzy" || p >= 0.5 {
			pair(collection, a, b, fmt.Sprintf("by %s (%.4f) like", kind, p))
		}
		return err
	})
	each("SELECT collection, key_a, key_b, kind FROM conflicts WHERE key_a IS NOT NULL AND key_b IS NOT NULL", func(rows *sql.Rows) error {
		var collection, a, b, kind string
		err := rows.Scan(&collection, &a, &b, &kind)
		pair(collection, a, b, "in conflict ("+kind+") with")
		return err
	})
	return all
}
