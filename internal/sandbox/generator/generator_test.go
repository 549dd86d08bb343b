package generator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

var update = flag.Bool("update", false, "rewrite the golden world in testdata; only ever for a new profile")

func contextForTests() context.Context { return context.Background() }

var fileNames = []string{"people.ndjson", "organizations.ndjson", "truth.csv", "application_people.csv", "application_organizations.csv",
	"links_people.csv", "links_organizations.csv", "other_people.csv", "other_organizations.csv"}

func hashOfWorld(t *testing.T, o Options) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := Generate(t.Context(), o, dir, nil); err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, name := range fileNames {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	o := Options{People: 3000, Organizations: 700, Seed: 7}
	first := hashOfWorld(t, o)
	if again := hashOfWorld(t, o); again != first {
		t.Errorf("the same seed made %s, then %s", first, again)
	}
	o.Seed = 8
	if other := hashOfWorld(t, o); other == first {
		t.Error("another seed made the same bytes")
	}
}

// TestGoldenWorld holds the profiles still: each must make these bytes for ever.
func TestGoldenWorld(t *testing.T) {
	t.Parallel()
	for profile, folder := range map[string]string{Gen1: "small", Gen2: "small2"} {
		testGolden(t, profile, filepath.Join("testdata", folder))
	}
}

func testGolden(t *testing.T, profile, golden string) {
	t.Helper()
	dir := t.TempDir()
	if *update {
		dir = golden
	}
	if _, err := Generate(t.Context(), Options{People: 30, Organizations: 10, Seed: 42, Profile: profile}, dir, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range fileNames {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the golden file of profile %s", name, profile)
		}
	}
}

func TestExactCounts(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {People: 1}, {Organizations: 1}, {People: 37}, {People: 999, Organizations: 101, Seed: 3}, {People: 2048, Organizations: 300, Seed: 9}} {
		t.Run(fmt.Sprintf("%d+%d", o.People, o.Organizations), func(t *testing.T) {
			t.Parallel()
			w := makeWorld(t, o)
			if len(w.people) != o.People || len(w.orgs) != o.Organizations {
				t.Errorf("made %d people and %d organizations, want %d and %d", len(w.people), len(w.orgs), o.People, o.Organizations)
			}
		})
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{People: -1}, {Organizations: maxRecords + 1}} {
		dir := filepath.Join(t.TempDir(), "new")
		if _, err := Generate(t.Context(), o, dir, nil); err == nil || !strings.Contains(err.Error(), "between 0 and") {
			t.Errorf("%+v: error %v", o, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%+v: the folder was made", o)
		}
	}
}

// TestWholeOrNotAtAll stops in the middle, as Ctrl-C does, and wants the folder as it was.
func TestWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "truth.csv"), []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := Generate(ctx, Options{People: 5000, Organizations: 100, Seed: 1}, dir, func(done, total int64) {
		if done > total/2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want canceled", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(filepath.Join(dir, "truth.csv"))
	if err != nil || len(left) != 1 || string(old) != "old\n" {
		t.Errorf("left %v (%q, %v), want the old truth.csv alone", left, old, err)
	}
}

func TestProgressAddsUp(t *testing.T) {
	t.Parallel()
	var last int64
	_, err := Generate(t.Context(), Options{People: 1500, Organizations: 400, Seed: 1}, t.TempDir(), func(done, total int64) {
		if total != 1900 || done <= last && done != last || done > total {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last != 1900 {
		t.Errorf("ended at %d, %v", last, err)
	}
}

func TestTruthCoversEveryRecordOnce(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	if w.truthRepeated > 0 {
		t.Errorf("%d truth lines repeat a record", w.truthRepeated)
	}
	for collection, recs := range map[string][]map[string]any{"people": w.people, "organizations": w.orgs} {
		truth, want := w.truthOf[collection], len(recs)
		for _, r := range recs {
			hub, _ := idsOfRecord(t, r["id"])
			if truth[hub] == nil {
				t.Fatalf("no truth for hub record %v", hub)
			}
		}
		for _, own := range []struct{ table, provider, realm string }{{"application_", "my-application", "2243"}, {"other_", "other-app", "77"}} {
			rows := w.tables[own.table+collection]
			want += len(rows)
			for _, row := range rows {
				id := row["contact_id"] + row["account_id"]
				if collection == "people" {
					id = row["contact_id"]
				}
				if truth[connec.ExternalID{Provider: own.provider, Realm: own.realm, ID: id}] == nil {
					t.Fatalf("no truth for %s record %q", own.table+collection, id)
				}
			}
		}
		if len(truth) != want {
			t.Errorf("%s: %d truth lines, want %d: one a record", collection, len(truth), want)
		}
	}
}

// TestHubShape checks what a reader of the API relies on: IDs, times, and references that are the target's whole array.
func TestHubShape(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	arrays := map[string]bool{}
	for _, o := range w.orgs {
		b, _ := json.Marshal(o["id"])
		arrays[string(b)] = true
	}
	seen, refs := map[string]bool{}, 0
	for _, r := range append(append([]map[string]any(nil), w.orgs...), w.people...) {
		hub, _ := idsOfRecord(t, r["id"])
		if hub.Realm != HubChannel || len(hub.ID) != 36 || seen[hub.ID] {
			t.Fatalf("hub ID %v: of another channel, malformed or repeated", hub)
		}
		seen[hub.ID] = true
		created, err1 := time.Parse(time.RFC3339, at(r, "created_at"))
		updated, err2 := time.Parse(time.RFC3339, at(r, "updated_at"))
		if err1 != nil || err2 != nil || updated.Before(created) || created.Year() < 2015 || updated.Year() > 2019 {
			t.Fatalf("%v: created %v, updated %v", hub, created, updated)
		}
		if ref, ok := r["organization_id"]; ok {
			refs++
			if b, _ := json.Marshal(ref); !arrays[string(b)] {
				t.Fatalf("%v refers to %s, which is no organization's id array", hub, b)
			}
		}
	}
	if refs < bigPeople/5 {
		t.Errorf("%d people refer to an organization, want a fifth at least", refs)
	}
}

// TestDirt wants each of the shapes that mean "no value", and the untidy addresses.
func TestDirt(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	var empty, null, object, newline, whole int
	for _, r := range w.people {
		if v, ok := r["job_title"]; ok && v == "" {
			empty++
		} else if ok && v == nil {
			null++
		}
		if m, ok := r["email"].(map[string]any); ok && len(m) == 0 {
			object++
		}
		line := at(r, "address_home", "billing", "line1")
		switch n := strings.Count(line, "\n"); {
		case n == 1 && strings.HasSuffix(line, "\n"):
			newline++
		case n == 2:
			whole++
		}
	}
	for name, n := range map[string]int{"empty strings": empty, "nulls": null, "empty objects": object, "trailing newlines": newline, "whole addresses in line1": whole} {
		if n == 0 {
			t.Errorf("no %s", name)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, err := Generate(b.Context(), Options{People: 20_000, Organizations: 4_000, Seed: 1}, b.TempDir(), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(24_000*b.N)/b.Elapsed().Seconds(), "records/s")
}
