package merge

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testPlanSum = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

// appliedJournal is the journal of a finished plan of three operations, and the plan's digest.
func appliedJournal(t testing.TB) (content []byte, plan string) {
	t.Helper()
	state := &journalState{sum: testPlanSum, ops: map[string]*opState{}, proven: map[string]bool{}}
	entries := []journalEntry{{Kind: kindOpen, Format: journalFormat, Plan: testPlanSum}}
	for _, op := range []string{"a", "b", "c"} {
		entries = append(entries,
			journalEntry{Kind: kindIntent, Op: op, At: "2026-02-03T04:05:06Z", Try: 1, Method: "PUT", Path: "/people/u", RequestSHA256: "00"},
			journalEntry{Kind: kindOutcome, Op: op, At: "2026-02-03T04:05:07Z", Outcome: OutcomeOK, Status: 200, UUID: "u", Canary: op == "a"})
	}
	for _, e := range entries {
		e.Seq = state.lines
		line, sum, err := encodeEntry(e, state.sum)
		if err != nil {
			t.Fatal(err)
		}
		if err := state.take(e, sum, int64(len(line))); err != nil {
			t.Fatal(err)
		}
		content = append(content, line...)
	}
	return content, testPlanSum
}

func TestJournalReadsBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	content, plan := appliedJournal(t)
	s, err := readJournal(bytes.NewReader(content), "j", plan)
	if err != nil {
		t.Fatal(err)
	}
	if s.lines != 7 || s.torn != 0 || s.size != int64(len(content)) || !s.op("c").settled() || !s.proven["a"] || s.proven["b"] {
		t.Errorf("%+v", s)
	}
}

// Each byte of a journal, changed to any other, is refused: the last newline, too, which makes no torn line of a whole one.
func TestJournalRefusesEveryByteChanged(t *testing.T) {
	t.Parallel()
	content, plan := appliedJournal(t)
	step := 51
	if *long {
		step = 1
	}
	for i := range content {
		for mask := 1 + i%step; mask < 256; mask += step {
			if _, err := readJournal(bytes.NewReader(flip(content, i, byte(mask))), "j", plan); !errors.Is(err, ErrJournal) {
				t.Fatalf("byte %d (%q) changed by %#x: error %v", i, content[i], mask, err)
			}
		}
		for _, other := range []byte{'\n', '"'} {
			if changed := flip(content, i, content[i]^other); content[i] != other {
				if _, err := readJournal(bytes.NewReader(changed), "j", plan); !errors.Is(err, ErrJournal) {
					t.Fatalf("byte %d (%q) changed to %q: error %v", i, content[i], other, err)
				}
			}
		}
	}
}

// A journal cut anywhere is read up to its last whole line, and never says more than the whole one did.
func TestJournalCutAnywhere(t *testing.T) {
	t.Parallel()
	content, plan := appliedJournal(t)
	for i := range content {
		s, err := readJournal(bytes.NewReader(content[:i]), "j", plan)
		if err != nil {
			t.Fatalf("cut at %d: %v", i, err)
		}
		if whole := int64(bytes.LastIndexByte(content[:i], '\n') + 1); s.size != whole || s.torn != int64(i)-whole {
			t.Fatalf("cut at %d: %d whole bytes and %d torn, want %d", i, s.size, s.torn, whole)
		}
	}
}

func TestJournalNamesTheLine(t *testing.T) {
	t.Parallel()
	content, plan := appliedJournal(t)
	lines := bytes.SplitAfter(content, []byte("\n"))
	for name, c := range map[string]struct {
		content []byte
		plan    string
		want    string
	}{
		"line taken out": {bytes.Join(append(append([][]byte{}, lines[:2]...), lines[3:]...), nil), plan, "line 3:"},
		"lines swapped":  {bytes.Join([][]byte{lines[0], lines[2], lines[1]}, nil), plan, "line 2:"},
		"line twice":     {bytes.Join([][]byte{lines[0], lines[1], lines[1]}, nil), plan, "line 3:"},
		"another plan":   {content, strings.Repeat("b", 64), "the journal of another plan"},
		"no journal":     {[]byte("hello\n"), plan, "line 1:"},
		"empty line":     {append(bytes.Clone(content), '\n'), plan, "line 8:"},
	} {
		_, err := readJournal(bytes.NewReader(c.content), "j", c.plan)
		if !errors.Is(err, ErrJournal) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestApplyRefusesAJournalThatDoesNotFit(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	mustApply(t, o)
	journal, err := os.ReadFile(journalPath(o.Plan))
	if err != nil {
		t.Fatal(err)
	}
	sent := len(h.sent)
	// Another plan's journal.
	_, other := newWorld(t, attachOp("u4", "4"))
	other.Doer = h
	if err := os.WriteFile(journalPath(other.Plan), journal, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(context.Background(), other); !errors.Is(err, ErrJournal) || len(h.sent) != sent {
		t.Errorf("another plan's journal: %v", err)
	}
	// A journal that says more than the plan holds, its chain intact.
	facts := &planFacts{ids: map[string]bool{"a": true, "b": true}}
	content, plan := appliedJournal(t)
	state, err := readJournal(bytes.NewReader(content), "j", plan)
	if err != nil {
		t.Fatal(err)
	}
	var refused *RefusedError
	if err := facts.covers(state); !errors.As(err, &refused) || !strings.Contains(err.Error(), "operation c") {
		t.Errorf("longer journal: %v", err)
	}
}

func TestTornTailIsDroppedAndSaid(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	mustApply(t, o)
	path := journalPath(o.Plan)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content[:len(content)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	r := mustApply(t, o)
	if !strings.Contains(strings.Join(r.Notes, " "), "dropped") || r.Outcomes[OutcomeDone] != 1 || len(h.effects) != 3 {
		t.Errorf("%+v, %d effects", r, len(h.effects))
	}
	if _, err := peekJournal(path, r.SHA256); err != nil {
		t.Errorf("the journal after it: %v", err)
	}
}

func TestJournalIsPrivateAndNoLink(t *testing.T) {
	t.Parallel()
	_, o := newWorld(t, attachOp("u1", "17"))
	mustApply(t, o)
	for _, path := range []string{journalPath(o.Plan), o.Plan + ".lock"} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
		}
	}
	h, o := newWorld(t, attachOp("u1", "17"))
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, journalPath(o.Plan)); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, err := Apply(context.Background(), o); err == nil || len(h.sent) > 0 {
		t.Errorf("a planted link was followed: %v", err)
	}
}

// A journal that is read without an error is the same bytes that would be written for it: nothing else is believed.
func FuzzReadJournal(f *testing.F) {
	content, plan := appliedJournal(f)
	f.Add(content)
	f.Add(content[:len(content)-1])
	f.Add([]byte("\n"))
	f.Add([]byte(`{"seq":0,"kind":"open"}` + "\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := readJournal(bytes.NewReader(in), "j", plan)
		if err != nil {
			return
		}
		if s.size+s.torn != int64(len(in)) {
			t.Fatalf("%d + %d bytes of %d", s.size, s.torn, len(in))
		}
		if whole := in[:s.size]; !bytes.HasPrefix(content, whole) {
			t.Fatalf("believed a journal that apply did not write: %q", whole)
		}
	})
}
