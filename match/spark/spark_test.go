package spark

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// town is records with names and dates of birth, in blocks of equal names, large ones cut into tiles.
type town struct {
	set    *kernel.Set
	spec   *kernel.Spec
	blocks kernel.Blocks
}

func newTown(records int, seed uint64) town {
	given := strings.Fields("ann anna bob robert carl karl dora eve frank gerd hans ivy jane john")
	family := strings.Fields("smith smyth jones johns brown braun lee li meyer meier walker wolker ng")
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := []kernel.Kind{kernel.Given, kernel.Family, kernel.Date}
	set := &kernel.Set{Values: make([][]uint32, len(kinds)), Apart: [][]uint32{make([]uint32, records)}, Stratum: make([]uint8, records)}
	for _, k := range kinds {
		set.Dictionaries = append(set.Dictionaries, kernel.NewDictionary(k))
	}
	groups := [2]map[uint32][]uint32{{}, {}}
	for i := range uint32(records) {
		texts := []string{given[r.IntN(len(given))], family[r.IntN(len(family))], fmt.Sprintf("19%02d-0%d-1%d", r.IntN(60)+20, r.IntN(9)+1, r.IntN(9))}
		for f, text := range texts {
			if r.IntN(12) == 0 {
				text = ""
			}
			code := set.Dictionaries[f].Code(text)
			set.Values[f] = append(set.Values[f], code)
			if f < 2 && code > 0 {
				groups[f][code] = append(groups[f][code], i)
			}
		}
		set.Apart[0][i], set.Stratum[i] = uint32(r.IntN(4)), uint8(r.IntN(2))
	}
	t := town{set: set, spec: &kernel.Spec{Priors: []int32{-9000, -9500, -9500, -9000}, Keep: 2000}}
	for f, k := range kinds {
		field := kernel.Field{Kind: k, Group: kernel.NoGroup, Lent: kernel.NoGroup, Swap: kernel.NoGroup, Bits: []int32{0}}
		for level := range k.Different() {
			field.Bits = append(field.Bits, 7000-int32(level)*11000/int32(k.Different()))
		}
		for term := range set.Dictionaries[f].TermCount() {
			field.Terms = append(field.Terms, int32(term%7)*100)
		}
		t.spec.Fields = append(t.spec.Fields, field)
	}
	t.block(groups)
	set.Pack()
	return t
}

// block numbers the keys, and cuts blocks of more than 100 records.
func (t *town) block(groups [2]map[uint32][]uint32) {
	const most = 100
	var all []kernel.Block
	keys := make([][]uint32, t.set.Len())
	key := uint32(0)
	for rule, group := range groups {
		t.set.Rules = append(t.set.Rules, key)
		for _, code := range slices.Sorted(maps.Keys(group)) {
			records := group[code]
			for _, i := range records {
				keys[i] = append(keys[i], key)
			}
			chunks := slices.Collect(slices.Chunk(records, most))
			for n, a := range chunks {
				all = append(all, kernel.Block{Rule: rule, Key: key, Records: a})
				for _, b := range chunks[n+1:] {
					all = append(all, kernel.Block{Rule: rule, Key: key, Records: a, Others: b})
				}
			}
			key++
		}
	}
	t.set.Rules = append(t.set.Rules, key)
	t.set.Keys.Start = []uint32{0}
	for _, k := range keys {
		t.set.Keys.Keys = append(t.set.Keys.Keys, k...)
		t.set.Keys.Start = append(t.set.Keys.Start, uint32(len(t.set.Keys.Keys)))
	}
	t.blocks = kernel.Blocks{N: len(all) + 1, At: func(i int) kernel.Block {
		if i == len(all) {
			return kernel.Block{} // one that a sample leaves out
		}
		return all[i]
	}}
}

// scanned is what a scan in this process finds.
func (t town) scanned() kernel.Result {
	s := kernel.NewScanner(t.set, t.spec)
	for i := range t.blocks.N {
		s.Scan(t.blocks.At(i))
	}
	result := s.Result()
	slices.SortFunc(result.Edges, func(a, b kernel.Edge) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return result
}

// launcherOf writes a launcher that plays Spark in a mode.
func launcherOf(t *testing.T, mode string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "spark-submit")
	script := fmt.Sprintf("#!/bin/sh\n%s='%s' exec '%s' \"$@\"\n", fakeMode, mode, self)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// filesScript plays Hadoop's file commands, for URIs of files; it wants the setting that the configuration has for them.
const filesScript = `#!/bin/sh
[ "$1 $2 $3" = "org.apache.hadoop.fs.FsShell -D some.key=some value" ] || exit 9
shift 3
case $1 in
-mkdir) mkdir -p "${3#file://}" ;;
-put) cp -r "$2" "${3#file://}" ;;
-get) cp -r "${2#file://}" "$3" ;;
-rm) rm -rf "${5#file://}" ;;
-ls) for f in "${3#file://}"/*; do echo "file://$f"; done ;;
-test) test -e "${3#file://}" ;;
*) exit 8 ;;
esac
`

// filesLauncher is a launcher with the file commands beside it.
func filesLauncher(t *testing.T, mode string) string {
	t.Helper()
	launcher := launcherOf(t, mode)
	if err := os.WriteFile(filepath.Join(filepath.Dir(launcher), "spark-class"), []byte(filesScript), 0o700); err != nil {
		t.Fatal(err)
	}
	return launcher
}

func TestThroughAURI(t *testing.T) {
	t.Parallel()
	town := newTown(300, 11)
	launcher := filesLauncher(t, "works")
	shared := t.TempDir()
	o := options(t, launcher, 3)
	o.Engine.SharedFolder, o.Engine.Conf = "file://"+shared, map[string]string{"spark.hadoop.some.key": "some value"}
	for range 2 { // the second time the result is fetched
		got, err := town.on(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		sameResult(t, got, town.scanned())
	}
	left, err := filepath.Glob(filepath.Join(shared, "sameas-*", "people-score", "*"))
	if err != nil || len(left) != 1 || !strings.Contains(left[0], outPrefix) {
		t.Errorf("in the shared folder there is %q, want the result alone", left)
	}
}

func TestInASharedFolder(t *testing.T) {
	t.Parallel()
	town := newTown(300, 12)
	o := options(t, launcherOf(t, "works"), 3)
	o.Engine.SharedFolder = t.TempDir()
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
	folders, beyond := Folders(o.Engine, o.Folder)
	if len(folders) != 2 || len(beyond) > 0 || folders[0] != o.Folder || filepath.Dir(folders[1]) != o.Engine.SharedFolder {
		t.Errorf("the folders of the jobs are %q", folders)
	}
}

// TestAnotherShareIsHandedTheRecordsAnew fails in one shared folder, whatever its kind, and goes on in another.
func TestAnotherShareIsHandedTheRecordsAnew(t *testing.T) {
	t.Parallel()
	town := newTown(300, 14)
	want := town.scanned()
	for name, prefixes := range map[string][2]string{"folders": {"", ""}, "to a URI": {"", "file://"}, "from a URI": {"file://", ""}, "URIs": {"file://", "file://"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := t.TempDir(), t.TempDir()
			o := options(t, filesLauncher(t, "elsewhere"), 3)
			o.Engine.Conf = map[string]string{"spark.hadoop.some.key": "some value"}
			o.Engine.SharedFolder = prefixes[0] + first
			if _, err := town.on(t.Context(), o); err == nil || !strings.Contains(err.Error(), "engine.shared_folder must be one folder") && prefixes[0] == "" {
				t.Fatalf("got %v", err)
			}
			if len(below(t, first, recordsFolder)) != 1 {
				t.Fatal("nothing was handed over: nothing is tried")
			}
			o.Engine.SharedFolder, o.Engine.Launcher = prefixes[1]+second, filesLauncher(t, "works")
			here, beyond := Folders(o.Engine, o.Folder)
			if places := strings.Join(append(here, beyond...), "\n"); !strings.Contains(places, prefixes[0]+first) {
				t.Errorf("a purge would know %q, and not the place of before", places)
			}
			got, err := town.on(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			sameResult(t, got, want)
			if left := below(t, first, "*"); len(left) > 0 {
				t.Errorf("in the folder of before there is %q", left)
			}
			if left := below(t, second, "*"); len(left) != 1 || !strings.Contains(left[0], outPrefix) {
				t.Errorf("in the folder there is %q, want the result alone", left)
			}
		})
	}
}

// below is what lies in a scan's place in a shared folder.
func below(t *testing.T, shared, name string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(shared, "sameas-*", "people-score", name))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAPlaceThatIsGoneIsKeptForAPurge has the shared folder of before unmounted.
func TestAPlaceThatIsGoneIsKeptForAPurge(t *testing.T) {
	t.Parallel()
	town := newTown(300, 15)
	first := filepath.Join(t.TempDir(), "mounted")
	if err := os.Mkdir(first, 0o700); err != nil {
		t.Fatal(err)
	}
	o := options(t, launcherOf(t, "killed"), 3)
	o.Engine.SharedFolder = first
	if _, err := town.on(t.Context(), o); err == nil {
		t.Fatal("a killed job had a result")
	}
	if err := os.Rename(first, first+" no more"); err != nil {
		t.Fatal(err)
	}
	o.Engine.SharedFolder, o.Engine.Launcher = t.TempDir(), launcherOf(t, "works")
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
	if err := os.Rename(first+" no more", first); err != nil {
		t.Fatal(err)
	}
	if here, _ := Folders(o.Engine, o.Folder); len(here) != 3 || filepath.Dir(here[2]) != first {
		t.Errorf("a purge knows %q", here)
	}
}

// TestRecordsThatAreGoneAreHandedOverAnew empties the shared folder between two runs.
func TestRecordsThatAreGoneAreHandedOverAnew(t *testing.T) {
	t.Parallel()
	town := newTown(300, 16)
	o := options(t, launcherOf(t, "killed"), 3)
	o.Engine.SharedFolder = t.TempDir()
	if _, err := town.on(t.Context(), o); err == nil {
		t.Fatal("a killed job had a result")
	}
	for _, place := range below(t, o.Engine.SharedFolder, recordsFolder) {
		if err := os.RemoveAll(place); err != nil {
			t.Fatal(err)
		}
	}
	o.Engine.Launcher = launcherOf(t, "works")
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
}

// TestWhatAKillLeftIsForgottenLater puts back what a kill between manifest and removal leaves, and a late job's result.
func TestWhatAKillLeftIsForgottenLater(t *testing.T) {
	t.Parallel()
	town := newTown(300, 17)
	o := options(t, launcherOf(t, "works"), 3)
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(o.Folder, "people-score")
	for _, name := range []string{recordsFolder, outPrefix + "1"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, specFile), []byte("names"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Engine.Launcher = launcherOf(t, "killed")
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatalf("a complete scan was run again: %v", err)
	}
	for _, name := range []string{recordsFolder, outPrefix + "1", specFile} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
	if _, err := town.on(t.Context(), o); err != nil {
		t.Errorf("with nothing left to forget: %v", err)
	}
}

// options are those of a job on a fake Spark.
func options(t *testing.T, launcher string, partitions int) Options {
	t.Helper()
	db, err := queries.Open(t.Context(), "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{DB: db, Folder: filepath.Join(t.TempDir(), "w.duckdb.spark"), Self: self, Log: slog.New(slog.DiscardHandler),
		Engine: config.Engine{Launcher: launcher, Master: "local[2]", ExecutorMemory: "1g", ExecutorCores: 1, ShufflePartitions: partitions, Wait: 3600}}
}

func (t town) on(ctx context.Context, o Options) (kernel.Result, error) {
	e, err := New(ctx, o)
	if err != nil {
		return kernel.Result{}, err
	}
	return e.Scan(ctx, "people/score", t.set, t.spec, t.blocks, func(int64, int64) {})
}

func sameResult(t *testing.T, got, want kernel.Result) {
	t.Helper()
	if !slices.Equal(got.Edges, want.Edges) || !slices.Equal(got.Pairs, want.Pairs) {
		t.Errorf("%d edges of %v pairs, want %d of %v", len(got.Edges), got.Pairs, len(want.Edges), want.Pairs)
	}
	if len(got.Counts) != len(want.Counts) || len(want.Counts) > 0 && !maps.Equal(got.Counts, want.Counts) {
		t.Errorf("%d patterns are counted otherwise than the %d of the scan", len(got.Counts), len(want.Counts))
	}
}

func TestJobIsTheEmbeddedScan(t *testing.T) {
	t.Parallel()
	town := newTown(900, 3)
	launcher := launcherOf(t, "works")
	for _, c := range []struct {
		count bool
		parts int
	}{{false, 1}, {true, 5}} {
		town.spec.Count = c.count
		want := town.scanned()
		if len(want.Edges) < 300 || c.count && len(want.Counts) < 100 {
			t.Fatalf("%d edges, %d patterns: little is tried", len(want.Edges), len(want.Counts))
		}
		o := options(t, launcher, c.parts)
		var done, total int64
		e, err := New(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Scan(t.Context(), "people/score", town.set, town.spec, town.blocks, func(d, n int64) { done, total = d, n })
		if err != nil {
			t.Fatal(err)
		}
		sameResult(t, got, want)
		if done != int64(c.parts-1) || total != int64(c.parts) {
			t.Errorf("progress ends at %d of %d, of %d tasks", done, total, c.parts)
		}
		for _, name := range []string{specFile, recordsFolder} {
			if _, err := os.Stat(filepath.Join(o.Folder, "people-score", name)); err == nil {
				t.Errorf("%s is left, which names persons", name)
			}
		}
	}
}

func TestACompleteScanIsNotRunAgain(t *testing.T) {
	t.Parallel()
	town := newTown(300, 5)
	o := options(t, launcherOf(t, "works"), 3)
	want, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Engine.Launcher = launcherOf(t, "killed") // whoever asks it fails
	again, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatalf("a complete scan was run again: %v", err)
	}
	sameResult(t, again, want)
	town.spec.Keep++
	if _, err := town.on(t.Context(), o); err == nil {
		t.Error("a scan with another spec took the result of the one before")
	}
	town.spec.Keep--
	if _, err := town.on(t.Context(), o); err == nil {
		t.Error("the result of another spec was taken")
	}
}

// TestAScanIsTheSameWhateverTheOrderOfReading numbers the values of a field anew, as another order of records would.
func TestAScanIsTheSameWhateverTheOrderOfReading(t *testing.T) {
	t.Parallel()
	town, other := newTown(300, 13), newTown(300, 13)
	d := kernel.NewDictionary(kernel.Date)
	for code := range other.set.Dictionaries[2].Len() {
		d.Code(other.set.Dictionaries[2].Text(uint32(other.set.Dictionaries[2].Len() - 1 - code)))
	}
	for i, code := range other.set.Values[2] {
		other.set.Values[2][i] = d.Code(other.set.Dictionaries[2].Text(code))
	}
	other.set.Dictionaries[2], other.spec.Fields[2].Terms = d, nil
	town.spec.Fields[2].Terms = nil
	other.set.Pack()
	if slices.Equal(town.set.Values[2], other.set.Values[2]) {
		t.Fatal("the values are numbered alike: nothing is tried")
	}
	o := options(t, launcherOf(t, "works"), 3)
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.Engine.Launcher = launcherOf(t, "killed")
	got, err := other.on(t.Context(), o)
	if err != nil {
		t.Fatalf("the scan was run again: %v", err)
	}
	sameResult(t, got, town.scanned())
}

func TestAnAlteredResultIsComparedAgain(t *testing.T) {
	t.Parallel()
	town := newTown(300, 6)
	o := options(t, launcherOf(t, "works"), 3)
	want, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(o.Folder, "people-score", outPrefix+"*", "part-*.parquet"))
	if err != nil || len(parts) != 3 {
		t.Fatalf("the result has the parts %q, %v", parts, err)
	}
	if err := os.Remove(parts[2]); err != nil {
		t.Fatal(err)
	}
	again, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, again, want)
}

func TestNothingToCompareNeedsNoJob(t *testing.T) {
	t.Parallel()
	town := newTown(50, 7)
	town.blocks = kernel.Blocks{N: 1, At: func(int) kernel.Block { return kernel.Block{Records: []uint32{4}} }}
	got, err := town.on(t.Context(), options(t, launcherOf(t, "killed"), 3))
	if err != nil || len(got.Edges) > 0 || len(got.Pairs) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFaultsAreErrorsAndNeverSmallerResults(t *testing.T) {
	t.Parallel()
	town := newTown(300, 8)
	for mode, want := range map[string]string{
		"missing":      "the result is not whole",
		"twice":        "the result is not whole",
		"thrice":       "two edges between",
		"no trailer":   "the result is not whole",
		"altered":      "the result is not whole",
		"null":         "column a of a row of kind \"e\" is empty",
		"cut":          "the result cannot be read",
		"elsewhere":    "engine.shared_folder must be one folder",
		"killed":       "signal: killed",
		"full":         "a disk is full: make room",
		"other kernel": "sameas: error: spec: it is for the kernel",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := options(t, launcherOf(t, mode), 3)
			_, err := town.on(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("got %v, want %q", err, want)
			}
			if !strings.Contains(err.Error(), logFile) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error does not name the log, or has several lines: %v", err)
			}
			o.Engine.Launcher = launcherOf(t, "works")
			got, err := town.on(t.Context(), o)
			if err != nil {
				t.Fatalf("the same command again: %v", err)
			}
			sameResult(t, got, town.scanned())
		})
	}
}

func TestAJobWithoutAnyTaskIsGivenUp(t *testing.T) {
	t.Parallel()
	o := options(t, launcherOf(t, "idle"), 3)
	o.Engine.Wait = 0.01
	_, err := newTown(100, 9).on(t.Context(), o)
	if err == nil || !errors.Is(err, errIdle) {
		t.Fatalf("got %v, want %v", err, errIdle)
	}
}

// TestTheWaitEndsWithTheLastTasks: while the result is put in its place no bar is shown, however long it takes.
func TestTheWaitEndsWithTheLastTasks(t *testing.T) {
	t.Parallel()
	var calls []string
	w := newWatch(io.Discard, func(int64, int64) {}, time.Now())
	w.busy, w.ending = func() { calls = append(calls, "busy") }, func() { calls = append(calls, "ending") }
	for _, bar := range []string{"0:>  (0 + 0) / 4", "0:=> (2 + 2) / 4", "1:>  (0 + 0) / 8", "1:>  (0 + 2) / 8", "1:=> (6 + 2) / 8", "1:=> (6 + 0) / 8", "1:=> (6 + 0) / 8", "1:=> (6 + 2) / 8"} {
		fmt.Fprintf(w, "\r[Stage %s]", bar)
	}
	if want := []string{"busy", "busy", "ending", "busy", "ending"}; !slices.Equal(calls, want) {
		t.Errorf("got %q, want %q", calls, want)
	}
}

func TestRecordsBesideTheWorkspaceAreTheUsersAlone(t *testing.T) {
	t.Parallel()
	o := options(t, launcherOf(t, "killed"), 3)
	if _, err := newTown(100, 18).on(t.Context(), o); err == nil {
		t.Fatal("a killed job had a result")
	}
	files := 0
	err := filepath.WalkDir(filepath.Join(o.Folder, "people-score", recordsFolder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may see %s: %s", path, info.Mode())
		}
		files++
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestInterruptEndsTheJobAndAllItStarted(t *testing.T) {
	t.Parallel()
	town := newTown(100, 10)
	o := options(t, launcherOf(t, "interrupted"), 3)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	e, err := New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Scan(ctx, "people/score", town.set, town.spec, town.blocks, func(int64, int64) { stop() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	text, err := os.ReadFile(filepath.Join(o.Folder, "people-score", "pids"))
	if err != nil {
		t.Fatal(err)
	}
	for pid := range strings.FieldsSeq(string(text)) {
		n, _ := strconv.Atoi(pid)
		gone := func() bool { return errors.Is(syscall.Kill(n, 0), syscall.ESRCH) || zombie(n) }
		for start := time.Now(); !gone(); time.Sleep(time.Millisecond) {
			if time.Since(start) > time.Minute {
				t.Fatalf("process %d of the job is still there", n)
			}
		}
	}
	o.Engine.Launcher = launcherOf(t, "works")
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") Z ")
}

func TestWhatIsWrongBeforeTheJob(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "kernel")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		mode   string
		change func(e *config.Engine)
		want   string
	}{
		"old":           {"old", nil, "sameas needs Spark 3.4 or later"},
		"no java":       {"no java", nil, "Spark finds no Java"},
		"no spark":      {"no spark", nil, "does not name a version"},
		"no launcher":   {"works", func(e *config.Engine) { e.Launcher = "/none/spark-submit" }, "name spark-submit, spark-sql or the folder"},
		"no folder":     {"works", func(e *config.Engine) { e.Launcher = t.TempDir() }, "no launcher"},
		"no master":     {"works", func(e *config.Engine) { e.Master = "spark://" + nobody }, "no master at spark://"},
		"no kernel":     {"works", func(e *config.Engine) { e.Kernel = "/none/kernel" }, "engine.kernel"},
		"other kernel":  {"works", func(e *config.Engine) { e.Kernel = script("echo sameas-kernel/1+0000000000000000") }, "is of version sameas-kernel/1+0000000000000000, this sameas of"},
		"another thing": {"works", func(e *config.Engine) { e.Kernel = script("echo hello") }, "is no kernel"},
		"no share":      {"works", func(e *config.Engine) { e.SharedFolder = "/none/shared" }, "it must be there, on this machine and on all executors"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, launcherOf(t, c.mode), 3)
			if c.change != nil {
				c.change(&o.Engine)
			}
			_, err := New(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q in one line", err, c.want)
			}
			if _, err := os.Stat(o.Folder); err == nil {
				t.Error("something was written")
			}
		})
	}
}
