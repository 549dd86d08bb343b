package purge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// Survey is what a purge would remove and keep.
type Survey struct {
	Workspace string `json:"workspace"`
	// Files are those outside of the workspace, plans with what belongs to them.
	Files []File `json:"files"`
	// Records, Pages and Others count the rows that go: records, raw pages, and links, pairs, operations and rejected rows.
	Records int64 `json:"records"`
	Pages   int64 `json:"pages"`
	Others  int64 `json:"others"`
	// Decisions of people stay; the records that they name are named by digests afterwards.
	Decisions int64 `json:"decisions"`
}

// Empty reports whether there is nothing to remove.
func (s Survey) Empty() bool { return len(s.Files) == 0 && s.Records+s.Pages+s.Others == 0 }

// Look surveys the workspace at path. belongings names what lies beside a plan: its journal, lock and undos.
func Look(ctx context.Context, db *sql.DB, path string, belongings func(plan string) []string) (Survey, error) {
	s := Survey{Workspace: path, Files: []File{}}
	if err := queries.One(ctx, db, "purge/held.sql", nil, &s.Records, &s.Pages, &s.Others, &s.Decisions); err != nil {
		return s, err
	}
	files, err := places(ctx, db)
	if err != nil {
		return s, fmt.Errorf("look for what was written from the workspace: %w", err)
	}
	seen := map[string]bool{}
	add := func(f File) {
		if _, err := os.Lstat(f.Path); err == nil && !seen[f.Path] {
			seen[f.Path] = true
			s.Files = append(s.Files, f)
		}
	}
	remembered := map[string]bool{}
	for _, f := range files {
		remembered[f.Path] = true
	}
	for _, f := range files {
		if f.Kind == KindPlan { // what lies beside it goes first: without the plan nobody would find it again
			for _, beside := range belongings(f.Path) {
				if !remembered[beside] {
					add(File{KindPlan, beside, f.Changed})
				}
			}
		}
		add(f)
	}
	return s, nil
}

// Remove removes the files of the survey, those that were changed only if changed says so, and then puts in the workspace's
// place one that holds nothing but counts, verdicts and decisions. What a killed purge left, the next one removes. The
// database is closed by it, whatever happens. It returns the files removed and those left.
func Remove(ctx context.Context, db *sql.DB, s Survey, changed bool, toolVersion string) (removed, left []File, err error) {
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, f := range s.Files {
		if f.Changed && !changed {
			left = append(left, f)
			continue
		}
		if err := os.Remove(f.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, left, fmt.Errorf("purge: %w", err)
		}
		removed = append(removed, f)
		_ = os.Remove(filepath.Dir(f.Path)) // a folder that something is left in stays
		if _, err := queries.Exec(ctx, db, "purge/place_forget.sql", queries.Args{"path": f.Path}); err != nil {
			return removed, left, err
		}
	}
	if err := hashDecisions(ctx, db); err != nil {
		return removed, left, err
	}
	return removed, left, rewrite(ctx, db, s.Workspace, toolVersion)
}

// rewrite puts a new file in the workspace's place: in the old one the bytes of deleted rows would stay.
func rewrite(ctx context.Context, db *sql.DB, path, toolVersion string) error {
	fresh := path + ".purged"
	for _, leftover := range []string{fresh, fresh + ".wal"} {
		if err := os.Remove(leftover); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("purge: %w", err)
		}
	}
	made, err := queries.Open(ctx, fresh, queries.Options{Create: true, ToolVersion: toolVersion})
	if err != nil {
		return err
	}
	if err := made.Close(); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "ATTACH '"+strings.ReplaceAll(fresh, "'", "''")+"' AS kept"); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	if _, err = queries.Exec(ctx, conn, "purge/keep.sql", nil); err == nil {
		_, err = conn.ExecContext(ctx, "CHECKPOINT kept") // detaching does that, too, but tells of no failure
	}
	if _, detachErr := conn.ExecContext(context.WithoutCancel(ctx), "DETACH kept"); err == nil && detachErr != nil {
		err = fmt.Errorf("purge: %w", detachErr)
	}
	if err != nil {
		return err
	}
	// Nothing of the old file may be left in its log, which the new one would be opened with after a kill.
	if _, err := conn.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	return replace(fresh, path)
}

// replace gives the new file the name of the old one, for good.
func replace(fresh, path string) error {
	if err := os.Rename(fresh, path); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	if dir, err := os.Open(filepath.Dir(path)); err == nil {
		defer dir.Close()
		_ = dir.Sync() // not every file system can
	}
	return nil
}
