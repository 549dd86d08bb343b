package merge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// direct hands requests to a server of the same process, without a network. It cancels after so many writes.
type direct struct {
	server http.Handler
	mu     sync.Mutex
	writes int
	cancel func()
	at     int
}

func (d *direct) Do(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		d.mu.Lock()
		if d.writes++; d.writes == d.at {
			d.cancel()
		}
		d.mu.Unlock()
	}
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.server.ServeHTTP(w, r)
	return w.Result(), nil
}

// serve is a sandbox that holds the world's hub records.
func (w world) serve(t *testing.T, behave sandbox.Behave) *sandbox.Server {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Group: "cld-1", Channel: "org-1", Key: "k", Secret: "k", Provider: "a", Realm: "1", Behave: behave,
		Now: func() time.Time { return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, collection := range []string{"organizations", "people"} {
		var lines bytes.Buffer
		for _, r := range w.rows {
			if r.hub() && r.collection() == collection {
				fmt.Fprintln(&lines, w.raw(t, r))
			}
		}
		if err := server.Load(collection, &lines); err != nil {
			t.Fatal(err)
		}
	}
	return server
}

// held is one record as an extraction reads it: IDs, references by the record that they mean, and the rest.
type held struct {
	ids    []connec.ExternalID
	refs   map[string]string
	fields string
}

// extracted reads the hub as an extraction does, page by page; records are named by collection and UUID.
func extracted(t *testing.T, o ApplyOptions) map[string]held {
	t.Helper()
	client, err := newClient(t.Context(), o, Header{Source: "hub", Endpoint: o.Config.Sources[0].Endpoint, Group: o.Config.Sources[0].Group}, asItIs)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]held{}
	for _, collection := range []string{"organizations", "people"} {
		for skip, more := int64(0), true; more; {
			page, err := client.List(t.Context(), collection, connec.ListOptions{Skip: skip, Top: 100, OrderBy: "created_at asc"})
			if err != nil {
				t.Fatal(err)
			}
			for _, body := range page.Records {
				now, err := observe(body)
				if err != nil {
					t.Fatal(err)
				}
				all[collection+"/"+now.uuid] = holding(now)
			}
			skip, more = skip+int64(len(page.Records)), page.More
		}
	}
	return all
}

func holding(now observed) held {
	h := held{ids: now.ids, refs: map[string]string{}}
	for name := range now.tree {
		if strings.HasSuffix(name, "_id") && name != "group_id" && name != "channel_id" {
			h.refs[name] = uuidOf(now.ref(name))
			delete(now.tree, name)
		}
	}
	delete(now.tree, "id")
	delete(now.tree, "updated_at")
	now.tree["status"] = json.RawMessage(now.field("status"))
	h.fields = canonical(now.tree)
	return h
}

// undoSettings varies what a plan may hold.
func undoSettings(seed uint64) *config.Config {
	return settings(func(c *config.Config) {
		c.Merge.MaxShare, c.Merge.Retire, c.Merge.Create = 1, seed%3 == 0, seed%2 == 1
		c.Merge.Allow = []string{HazardTwoRecords, HazardForeignID, HazardRetire, HazardOutcomeUnknown}
		if seed%5 == 4 {
			c.Merge.Allow = append(c.Merge.Allow, HazardArchived)
		}
		if seed%7 == 3 {
			c.Merge.Via = config.ViaNative
		}
		if seed%2 == 1 && seed%4 == 1 { // created records stay in use
			c.Merge.Allow = slices.DeleteFunc(c.Merge.Allow, func(name string) bool { return name == HazardRetire && !c.Merge.Retire })
		}
	})
}

// undoBehave varies what the server does where nothing public says: each setting alone on some seeds, and several at once.
func undoBehave(t *testing.T, seed uint64) sandbox.Behave {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	pick := func(name string, values ...string) string {
		if r.IntN(6) > 0 {
			return ""
		}
		return name + "=" + values[r.IntN(len(values))] + ","
	}
	behave, err := sandbox.ParseBehave(strings.TrimSuffix(pick("multi-match", "newest", "error")+pick("post-adds-ids", "false")+pick("held-id", "move", "error")+
		pick("get-ambiguous", "newest", "error")+pick("foreign-id", "drop", "403")+pick("unmatched-reference", "error", "create")+pick("merge-moves-ids", "false"), ","))
	if err != nil {
		t.Fatal(err)
	}
	return behave
}

// After apply, whole or interrupted, and undo, whole or cluster by cluster, the hub holds what it held before, but for
// what the undo's plan names.
func TestUndoRestoresRandomPlans(t *testing.T) {
	t.Parallel()
	plans, taken, stayed := 0, 0, map[string]int64{}
	for seed := range seeds(40, 1200) {
		w, c := randomWorld(seed), undoSettings(seed)
		behave := undoBehave(t, seed)
		o := worldOptions(t, w, c, behave)
		before := extracted(t, o)
		ctx, cancel := context.WithCancel(t.Context())
		if doer := o.Doer.(*direct); seed%6 == 2 {
			doer.cancel, doer.at = cancel, 1+int(seed)%4
		}
		applied, err := Apply(ctx, o)
		cancel()
		if stopped := (*StoppedError)(nil); err != nil && !errors.As(err, &stopped) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if applied.Writes == 0 {
			continue
		}
		clusters := []string{""}
		if seed%6 == 5 {
			clusters = append(clustersOf(t, o.Plan), "")
		}
		var last UndoResult
		for _, cluster := range clusters {
			if last, err = Undo(t.Context(), UndoOptions{ApplyOptions: o, Cluster: cluster, Send: true}); err != nil {
				t.Fatalf("seed %d, cluster %q: %v", seed, cluster, err)
			}
		}
		plans, taken = plans+1, taken+int(last.Undoes)
		for name, n := range last.Stays {
			stayed[name] += n
		}
		if len(last.Result.Problems) > 0 {
			t.Errorf("seed %d: %q", seed, last.Result.Problems)
		}
		checkRestored(t, fmt.Sprintf("seed %d", seed), before, extracted(t, o), last.UndoPlan)
		inner := o
		inner.Plan = last.UndoPlan
		if last.Undoes > 0 {
			verifyClean(t, inner)
		}
	}
	t.Logf("%d plans that wrote, %d operations taken back; stayed: %v", plans, taken, stayed)
	for _, name := range []string{StaysID, StaysCreated, StaysMerged} {
		if stayed[name] == 0 {
			t.Errorf("no %s among the plans", name)
		}
	}
}

// worldOptions plans the world, and is ready to apply the plan to a sandbox that holds it.
func worldOptions(t *testing.T, w world, c *config.Config, behave sandbox.Behave) ApplyOptions {
	t.Helper()
	db := w.open(t)
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	if _, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: c, Out: path, ToolVersion: "test"}); err != nil {
		t.Fatal(err)
	}
	db.Close()
	o := optionsFor(t, path, &direct{server: w.serve(t, behave)})
	o.Config = c
	o.Config.Sources[0].Credentials = config.Credentials{KeyEnv: "K", SecretEnv: "S"}
	return o
}

func clustersOf(t *testing.T, path string) []string {
	t.Helper()
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var clusters []string
	err = p.Each(func(op Operation) error {
		if op.Type != TypeWithheld && op.ClusterID != "" {
			clusters = append(clusters, op.ClusterID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(clusters)
	return slices.Compact(clusters)
}

// leftBehind is what the undo's plan says to stay.
type leftBehind struct {
	ids    map[string][]connec.ExternalID // by record
	shared map[connec.ExternalID]bool     // IDs that the record which bore them may have lost
	merged map[string]bool                // records that were merged away, or that others were merged into
	made   map[string]bool                // records that were created
}

func stayingOf(t *testing.T, path string) leftBehind {
	t.Helper()
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	l := leftBehind{map[string][]connec.ExternalID{}, map[connec.ExternalID]bool{}, map[string]bool{}, map[string]bool{}}
	err = p.Each(func(op Operation) error {
		name := op.Collection + "/" + uuidOf(op.Record)
		switch op.Withheld {
		case StaysID:
			l.ids[name] = append(l.ids[name], op.Expect.IDs...)
			for _, id := range op.Expect.IDs {
				l.shared[id] = l.shared[id] || strings.Contains(op.Reason.Text, "may have lost it") || strings.Contains(op.Reason.Text, "took it away from record")
			}
		case StaysMerged:
			l.merged[name] = true
			for _, key := range op.Merges {
				l.merged[op.Collection+"/"+uuidOf(key)] = true
			}
		case StaysCreated:
			l.made[name] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// checkRestored: nothing differs that the undo's plan does not name.
func checkRestored(t *testing.T, when string, before, after map[string]held, undo string) {
	t.Helper()
	stays := stayingOf(t, undo)
	for name := range after {
		if _, was := before[name]; !was && !stays.made[name] {
			t.Errorf("%s: %s is new, and the undo does not name it", when, name)
		}
	}
	for name, b := range before {
		a, is := after[name]
		if !is {
			if !stays.merged[name] {
				t.Errorf("%s: %s is gone, and the undo does not name it", when, name)
			}
			continue
		}
		if stays.merged[name] {
			continue
		}
		if a.fields != b.fields {
			t.Errorf("%s: %s holds\n%s\nheld before\n%s", when, name, a.fields, b.fields)
		}
		for path, key := range b.refs {
			if a.refs[path] != key && !stays.merged[targetOf(path)+"/"+key] {
				t.Errorf("%s: %s of %s is %s, was %s", when, path, name, a.refs[path], key)
			}
		}
		for _, id := range a.ids {
			if !slices.Contains(b.ids, id) && !slices.Contains(stays.ids[name], id) {
				t.Errorf("%s: %s bears %s, and the undo does not name it", when, name, id)
			}
		}
		for _, id := range b.ids {
			if !slices.Contains(a.ids, id) && !stays.shared[id] {
				t.Errorf("%s: %s lost %s, and the undo does not name it", when, name, id)
			}
		}
	}
}
