package merge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"github.com/sameas/sameas/internal/config"
)

// A plan that was sent, wholly or in part, is what its undo is made from: the values before, the losing values, the
// inverses. So a new plan never takes its place. It is set aside with its journal and its undos, into a folder beside
// it that is named by its digest: plan.ndjson becomes plan.3fa94c1b22de/plan.ndjson. There every command works on it as
// before, because all that names one of these files names it from the folder that it lies in.
//
// The same workspace gives the same plan, to the byte. Where that was applied already, and nothing of it taken back, plan
// and journal stay: without its journal the plan would look as if it had written nothing. Where an undo has begun, the plan
// may be sent once more, and the folder's name may be taken by then: plan.3fa94c1b22de-2 is the next.
//
// The folder is filled under another name, and gets its own once all is on disk. Then the new plan takes the old one's
// place, and last the old journal and undos go. A kill leaves the old plan whole at its place, or whole in the folder;
// what it left of its journal beside the new plan keeps apply from sending, and the next plan takes it away.

// predecessor is what lies where a plan is to be written, as far as it must not be lost.
type predecessor struct {
	path   string
	digest string
	files  []string // beside the plan: its journal, and the plans of its undos with theirs
	blank  bool     // its journal was opened, and says nothing
	aside  bool     // it was set aside already, by a run that was killed before it had cleaned up
	undone bool     // an undo of it has begun
	folder string   // that it is set aside in
}

// MayReplace is nil when a plan may be written to the path: nothing is lost by it. It refuses while the plan there is
// under way, which a new extraction would end: operations are left that were never tried, or whose outcome nobody knows.
func MayReplace(ctx context.Context, db *sql.DB, c *config.Config, path string) error {
	p, err := findPredecessor(ctx, db, c, path)
	if p == nil || err != nil {
		return err
	}
	lock, err := p.lock()
	if err != nil {
		return err
	}
	return lock.Close()
}

// lock keeps the plan from being applied, and refuses where it is.
func (p *predecessor) lock() (*flock.Flock, error) {
	lock, err := tryLock(p.path + ".lock")
	if err == nil && lock == nil {
		err = refuse("wait until it ends", "%s is being applied", p.path)
	}
	return lock, err
}

// findPredecessor is nil when nothing lies there but a plan that was never sent.
func findPredecessor(ctx context.Context, db *sql.DB, c *config.Config, path string) (*predecessor, error) {
	digest, err := journalOwner(journalPath(path))
	if digest == "" || err != nil {
		return nil, err
	}
	state, err := peekJournal(journalPath(path), digest)
	if err != nil {
		return nil, err
	}
	p := &predecessor{path: path, digest: digest, files: sentWith(path, state), blank: state.lines <= 1, undone: len(state.undos) > 0}
	if p.blank {
		return p, nil
	}
	kept, err := p.chooseFolder()
	if err != nil {
		return nil, err
	}
	plan, err := OpenPlan(path)
	if err == nil {
		defer plan.Close()
	}
	if err != nil || plan.SHA256() != digest {
		if kept {
			p.aside = true
			return p, nil
		}
		return nil, refuse("bring that plan back to its place, or move the journal away with what you keep of it",
			"%s tells of a plan (%.12s) that is not at %s: what it wrote could not be taken back", journalPath(path), digest, path)
	}
	return p, p.mayGo(ctx, db, c, plan, state)
}

// mayGo refuses a plan that can still be gone on with from here, and one that cannot be moved.
func (p *predecessor) mayGo(ctx context.Context, db *sql.DB, c *config.Config, plan *PlanReader, state *journalState) error {
	h := plan.Header()
	if h.Undoes != "" {
		return refuse("name another file with --out", "%s is the plan of an undo, which has begun", p.path)
	}
	for _, file := range p.files {
		if filepath.Dir(file) != filepath.Dir(p.path) {
			return refuse("name another file with --out", "%s was applied, and its undo %s lies in another folder: the two cannot be set aside together", p.path, file)
		}
	}
	if len(state.undos) > 0 || state.stop != "" {
		return nil
	}
	var refused *RefusedError
	if _, err := checkPlan(ctx, ApplyOptions{DB: db, Config: c}, plan); errors.As(err, &refused) {
		return nil // apply would refuse it, whatever is left of it
	} else if err != nil {
		return err
	}
	var settled, left int64
	err := plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		switch s := state.op(op.ID); {
		case s.settled():
			settled++
		case s.outcome == "" || s.uncertain():
			left++
		}
		return ctx.Err()
	})
	if err != nil || left == 0 {
		return err
	}
	return refuse(fmt.Sprintf("go on with `sameas merge apply %s`, or take it back with `sameas merge undo %s --apply`; a new extraction would end it", p.path, p.path),
		"%s is under way: %s done, %d to be tried", p.path, plural(settled, "operation"), left)
}

// sentWith are the files that a plan which was sent is worth nothing without, those that are there.
func sentWith(path string, state *journalState) []string {
	files := []string{journalPath(path)}
	for _, undo := range append(undoPlans(path, state), UndoPath(path, "")) {
		for _, file := range []string{undo, journalPath(undo)} {
			if _, err := os.Lstat(file); err == nil && !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files
}

// journalOwner is the digest of the plan that the journal was opened for; "" where there is none, or none that was
// written to its first newline.
func journalOwner(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("open journal: %w", err)
	}
	defer f.Close()
	first := make([]byte, 4096) // an opening line is shorter
	n, err := io.ReadFull(f, first)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read journal: %w", err)
	}
	line, _, whole := bytes.Cut(first[:n], []byte("\n"))
	if !whole && n < len(first) {
		return "", nil
	}
	var e journalEntry
	if json.Unmarshal(line, &e) != nil || e.Kind != kindOpen || e.Plan == "" {
		return "", fmt.Errorf("journal %s: line 1: %w: keep it, it says what was sent, and name another file with --out", path, ErrJournal)
	}
	return e.Plan, nil
}

// asideLength is how many hex digits of a plan's digest name the folder that it is set aside in.
const asideLength = 12

func asideStem(plan string) string { return strings.TrimSuffix(plan, ".ndjson") + "." }

// asideEnding is how the name of such a folder ends, the digest's beginning first.
var asideEnding = regexp.MustCompile(`\.([0-9a-f]{12})(-[0-9]+)?$`)

// chooseFolder takes the first folder that is free, or that a killed run filled with this very plan: the journal there is
// the one that lies beside the plan. It reports whether the folder is there.
func (p *predecessor) chooseFolder() (kept bool, err error) {
	p.folder = asideStem(p.path) + p.digest[:asideLength]
	for n := 2; ; n++ {
		journal := journalPath(filepath.Join(p.folder, filepath.Base(p.path)))
		switch same, err := haveSameBytes(journalPath(p.path), journal); {
		case errors.Is(err, fs.ErrNotExist):
			if _, err := os.Lstat(p.folder); errors.Is(err, fs.ErrNotExist) {
				return false, nil
			}
		case same || err != nil:
			return same, err
		}
		p.folder = fmt.Sprintf("%s%s-%d", asideStem(p.path), p.digest[:asideLength], n)
	}
}

// stays reports whether the plan there is the one with that digest, applied and not taken back: nothing is to be replaced.
func (p *predecessor) stays(digest string) bool {
	return p != nil && p.digest == digest && !p.blank && !p.aside && !p.undone
}

// setAside are the plans that were set aside from the path, in the order of their names.
func setAside(plan string) []string {
	folders, _ := filepath.Glob(escapeGlob(asideStem(plan)) + strings.Repeat("[0-9a-f]", asideLength) + "*")
	var plans []string
	for _, folder := range folders {
		if isAsideFolder(folder, "") {
			plans = append(plans, filepath.Join(folder, filepath.Base(plan)))
		}
	}
	return plans
}

// isAsideFolder reports whether a plan with that digest, any for "", is set aside in a folder of that name.
func isAsideFolder(folder, digest string) bool {
	ending := asideEnding.FindStringSubmatch(folder)
	return ending != nil && (digest == "" || strings.HasPrefix(digest, ending[1]))
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// replace lets put give the new plan its name, and loses nothing of the one before it: it says where that lies now, ""
// when there was none to be kept.
func (p *predecessor) replace(put func() error) (aside string, err error) {
	if p == nil {
		return "", put()
	}
	lock, err := p.lock()
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if p.blank { // an opening line says nothing, and would keep the new plan from being applied
		return "", errors.Join(p.clear(), put())
	}
	if !p.aside {
		if err := p.keep(); err != nil {
			return "", fmt.Errorf("set %s aside, which was applied: %w", p.path, err)
		}
	}
	if err := put(); err != nil {
		return "", err
	}
	return filepath.Join(p.folder, filepath.Base(p.path)), p.clear()
}

// keep puts the plan and its files into their folder, all of them or none.
func (p *predecessor) keep() error {
	files := append([]string{p.path}, p.files...)
	if _, err := os.Stat(p.folder); err == nil { // of a run that was killed before the new plan had its name
		return p.complete(files)
	}
	part := p.folder + ".part"
	if err := os.RemoveAll(part); err != nil { // a killed run's: what is in it still lies at its place
		return err
	}
	if err := os.Mkdir(part, 0o700); err != nil {
		return err
	}
	for _, file := range files {
		if err := alsoAs(file, filepath.Join(part, filepath.Base(file))); err != nil {
			return err
		}
	}
	if err := syncFolder(part); err != nil {
		return err
	}
	if err := os.Rename(part, p.folder); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(p.path))
}

// complete adds to the folder what came since it was filled.
func (p *predecessor) complete(files []string) error {
	for _, file := range files {
		kept := filepath.Join(p.folder, filepath.Base(file))
		err := sameBytes(file, kept)
		if errors.Is(err, fs.ErrNotExist) {
			err = alsoAs(file, kept)
		}
		if err != nil {
			return err
		}
	}
	return syncFolder(p.folder)
}

// alsoAs gives the file a second name, or where the file system knows no such thing makes a copy of it.
func alsoAs(file, name string) error {
	if os.Link(file, name) == nil {
		return nil
	}
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// clear takes away what lay beside the plan, now that it lies in the folder; the journal goes last, by which the rest is known.
func (p *predecessor) clear() error {
	for _, file := range slices.Backward(p.files) {
		if !p.blank {
			if err := sameBytes(file, filepath.Join(p.folder, filepath.Base(file))); err != nil {
				return err
			}
		}
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("take away what was set aside: %w", err)
		}
	}
	return syncFolder(filepath.Dir(p.path))
}

// sameBytes refuses a file that differs from the one that was kept of it.
func sameBytes(file, kept string) error {
	same, err := haveSameBytes(file, kept)
	if err == nil && !same {
		err = refuse("keep both: look which of them tells more, and move the other away", "%s is not what was set aside as %s", file, kept)
	}
	return err
}

func haveSameBytes(file, kept string) (bool, error) {
	a, err := os.Stat(file)
	if err != nil {
		return false, err
	}
	b, err := os.Stat(kept)
	if err != nil || os.SameFile(a, b) {
		return err == nil, err
	}
	var sums [2][]byte
	for i, name := range []string{file, kept} {
		f, err := os.Open(name)
		if err != nil {
			return false, err
		}
		sum := sha256.New()
		_, err = io.Copy(sum, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return false, err
		}
		sums[i] = sum.Sum(nil)
	}
	return bytes.Equal(sums[0], sums[1]), nil
}
