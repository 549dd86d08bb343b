package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/connec"
)

func samplePlan() (Header, []Operation) {
	own := connec.ExternalID{Provider: "my-application", Realm: "2243", ID: "17 <&> é\u2028"}
	h := Header{Format: Format, Tool: "test", Endpoint: "http://127.0.0.1:1/api/v2", Group: "cld-1", Source: "hub",
		Extract: "e", Match: "m", Config: "c", ExtractedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		HubRecords: map[string]int64{"people": 2, "organizations": 1}, Writes: map[string]int64{"people": 1},
		Operations: 1, Withheld: 1, MaxShare: 0.3, Allow: []string{}}
	ops := []Operation{
		{ID: "attach-1", Type: TypeAttach, Collection: "people", ClusterID: "people-1", Target: "connec/org-1/u1",
			Request:  &connec.Request{Method: "PUT", Path: "/people/u1", Body: json.RawMessage(`{"people":{"id":[{"provider":"my-application","realm":"2243","id":"17"}]}}`)},
			BearsIDs: []connec.ExternalID{own}, Reason: Reason{Kinds: []string{"fuzzy"}, Probability: 0.9987, Text: "same e-mail"}},
		{ID: "withheld-1", Level: 9, Type: TypeWithheld, Collection: "people", Reason: Reason{Text: "below attach"}},
	}
	return h, ops
}

func writeSample(t *testing.T, h Header, ops []Operation) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	writeLines(t, path, h, ops)
	return path
}

func rewrite(t *testing.T, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlanFileRoundTrip(t *testing.T) {
	t.Parallel()
	h, ops := samplePlan()
	path := writeSample(t, h, ops)
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if diff := cmp.Diff(h, p.Header()); diff != "" {
		t.Errorf("header (-written +read):\n%s", diff)
	}
	for pass := range 2 {
		var got []Operation
		if err := p.Each(func(op Operation) error { got = append(got, op); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ops, got); diff != "" {
			t.Errorf("pass %d: operations (-written +read):\n%s", pass, diff)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("plan has mode %v, want 0600", info.Mode().Perm())
	}
}

// Every single byte, changed to other values, taken away, or said twice, is refused.
func TestPlanFileRefusesEveryByte(t *testing.T) {
	t.Parallel()
	h, ops := samplePlan()
	path := writeSample(t, h, ops)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	step := 85 // three other values of each byte; in the long run all of them: go test ./merge -run EveryByte -long
	if *long {
		step = 1
	}
	for i := range whole {
		variants := [][]byte{flip(whole, i, 0x20), append(bytes.Clone(whole[:i]), whole[i+1:]...), append(bytes.Clone(whole[:i+1]), whole[i:]...)}
		for mask := 1 + i%step; mask < 256; mask += step {
			variants = append(variants, flip(whole, i, byte(mask)))
		}
		for n, v := range variants {
			if bytes.Equal(v, whole) {
				continue
			}
			if p, err := OpenPlan(rewrite(t, path, v)); err == nil {
				p.Close()
				t.Fatalf("byte %d (%q), variant %d: the altered plan was taken", i, whole[i], n)
			}
		}
	}
}

func flip(b []byte, i int, mask byte) []byte {
	c := bytes.Clone(b)
	c[i] ^= mask
	return c
}

// A plan that ends early is refused wherever it ends, and never for a reason other than its end or its being no plan.
func TestPlanFileRefusesEveryCut(t *testing.T) {
	t.Parallel()
	h, ops := samplePlan()
	path := writeSample(t, h, ops)
	whole, _ := os.ReadFile(path)
	for i := range whole {
		p, err := OpenPlan(rewrite(t, path, whole[:i]))
		if err == nil {
			p.Close()
			t.Fatalf("cut at %d of %d: taken", i, len(whole))
		}
		if !errors.Is(err, ErrPlanCut) && !errors.Is(err, ErrNotAPlan) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func TestPlanFileNamesTheTrouble(t *testing.T) {
	t.Parallel()
	h, ops := samplePlan()
	good, _ := os.ReadFile(writeSample(t, h, ops))
	lines := bytes.SplitAfter(good, []byte("\n"))
	other := h
	other.Format = "sameas-plan/9"
	newer, _ := os.ReadFile(writeSample(t, other, ops))
	short := h
	short.Operations = 7
	miscounted, _ := os.ReadFile(writeSample(t, short, ops))
	for _, c := range []struct {
		name, content, want string
		kind                error
	}{
		{"empty", "", "it is empty", ErrNotAPlan},
		{"other JSON", "{\"a\":1}\n", "no header", ErrNotAPlan},
		{"a table", "name,email\nJo,jo@x.au\n", "no header", ErrNotAPlan},
		{"binary", "\x00\x01\x02", "no header", ErrNotAPlan},
		{"newer", string(newer), `"sameas-plan/9"`, ErrPlanFormat},
		{"value", strings.Replace(string(good), "0.9987", "0.9988", 1), "line 2", ErrPlanAltered},
		{"header", strings.Replace(string(good), "cld-1", "cld-2", 1), "line 1", ErrPlanAltered},
		{"line gone", string(bytes.Join([][]byte{lines[0], lines[2], lines[3]}, nil)), "counts 3 lines, there are 2", ErrPlanAltered},
		{"lines moved", string(bytes.Join([][]byte{lines[0], lines[2], lines[1], lines[3]}, nil)), "digest", ErrPlanAltered},
		{"line after", string(good) + "{}\n", "after the trailer", ErrPlanAltered},
		{"twice", string(good) + string(good), "after the trailer", ErrPlanAltered},
		{"no trailer", string(bytes.Join(lines[:3], nil)), "trailer is missing", ErrPlanCut},
		{"half a line", string(good[:len(good)-40]), "line 4", ErrPlanCut},
		{"miscounted", string(miscounted), "the header counts 7 operations", ErrPlanAltered},
	} {
		path := rewrite(t, filepath.Join(t.TempDir(), "p"), []byte(c.content))
		_, err := OpenPlan(path)
		if err == nil || !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %v with %q", c.name, err, c.kind, c.want)
		}
	}
	if _, err := OpenPlan(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// A plan edited after it was opened is refused before the edited line is given out.
func TestPlanFileEditedWhileOpen(t *testing.T) {
	t.Parallel()
	h, ops := samplePlan()
	path := writeSample(t, h, ops)
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	whole, _ := os.ReadFile(path)
	rewrite(t, path, bytes.Replace(whole, []byte("0.9987"), []byte("0.9986"), 1))
	given := 0
	err = p.Each(func(Operation) error { given++; return nil })
	if !errors.Is(err, ErrPlanAltered) || given != 0 {
		t.Errorf("gave out %d operations, then: %v", given, err)
	}
}

// A plan that is not finished leaves the one before it as it was.
func TestPlanFileWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h, ops := samplePlan()
	path := writeSample(t, h, ops)
	before, _ := os.ReadFile(path)
	w, err := createPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := sealLine(h)
	if err := w.line(sealed); err != nil {
		t.Fatal(err)
	}
	w.discard()
	after, _ := os.ReadFile(path)
	if !bytes.Equal(before, after) {
		t.Error("the plan changed")
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func FuzzOpenPlan(f *testing.F) {
	f.Add([]byte("{\"format\":\"sameas-plan/1\"}\n{\"lines\":1,\"sha256\":\"\"}\n"))
	f.Add([]byte("{\"format\":\"sameas-plan/1\",\"sum\":\"0123456789abcdef\"}\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "p")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Skip()
		}
		if p, err := OpenPlan(path); err == nil {
			p.Close()
		}
	})
}
