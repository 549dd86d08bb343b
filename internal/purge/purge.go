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
	// Named counts what decisions and the samples of audits still say of records by their IDs.
	Named int64 `json:"named"`

	gone []File // remembered, and no longer there
}

// Empty reports whether there is nothing to remove.
func (s Survey) Empty() bool { return len(s.Files) == 0 && s.Records+s.Pages+s.Others+s.Named == 0 }

// Belongings tells what lies beside a plan.
type Belongings struct {
	// Of names it: the plan's journal, lock and undos, there or not.
	Of func(plan string) []string
	// Written reports whether the file is what an apply or undo wrote, as far as it shows that itself.
	Written func(path string) bool
}

// Look surveys the workspace at path.
func Look(ctx context.Context, db *sql.DB, path string, b Belongings) (Survey, error) {
	s := Survey{Workspace: path, Files: []File{}}
	if err := queries.One(ctx, db, "purge/held.sql", nil, &s.Records, &s.Pages, &s.Others, &s.Decisions, &s.Named); err != nil {
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
		} else if f.of == "" && errors.Is(err, fs.ErrNotExist) {
			s.gone = append(s.gone, f)
		}
	}
	remembered := map[string]bool{}
	for _, f := range files {
		remembered[f.Path] = true
	}
	for _, f := range files {
		for _, part := range unfinished(f.Path) {
			add(looked(f.Kind, part, f.Path, func() bool { return false }))
		}
		if f.Kind == KindPlan { // what lies beside it goes first: without the plan nobody would find it again
			for _, beside := range b.Of(f.Path) {
				if !remembered[beside] {
					add(looked(KindPlan, beside, f.Path, func() bool { return b.Written(beside) }))
				}
			}
		}
		add(f)
	}
	return s, nil
}

// disk is what a purge does to files.
type disk interface {
	Remove(path string) error
	Rename(from, to string) error
	Sync(folder string) error
}

// Remove removes the files of the survey, those that were changed only if changed says so, and then puts in the workspace's
// place one that holds nothing but counts, verdicts and decisions. What a killed purge left, the next one removes. The
// database is closed by it, whatever happens. It returns the files removed and those left.
func Remove(ctx context.Context, db *sql.DB, s Survey, changed bool, toolVersion string) (removed, left []File, err error) {
	return remover{db, system{}, toolVersion}.remove(ctx, s, changed)
}

type remover struct {
	db          *sql.DB
	disk        disk
	toolVersion string
}

func (r remover) remove(ctx context.Context, s Survey, changed bool) (removed, left []File, err error) {
	defer func() { err = errors.Join(err, r.db.Close()) }()
	beside := map[string]bool{} // files that something beside them, which is left, is found by
	for _, f := range s.Files {
		if !changed && (f.Changed || !f.written()) { // it may have become something else since the survey
			left, beside[f.of] = append(left, f), true
			continue
		}
		if err := r.disk.Remove(f.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, left, fmt.Errorf("purge: %w", err)
		}
		removed = append(removed, f)
		if err := r.forget(ctx, f, beside); err != nil {
			return removed, left, err
		}
	}
	for _, f := range s.gone {
		if err := r.forget(ctx, f, beside); err != nil {
			return removed, left, err
		}
	}
	return removed, left, r.rewrite(ctx, s.Workspace)
}

// forget forgets a file that is no longer there. The folder of a report or hub may have been made for it: it goes, too,
// unless something is left in it.
func (r remover) forget(ctx context.Context, f File, beside map[string]bool) error {
	if f.Kind != KindPlan {
		_ = r.disk.Remove(filepath.Dir(f.Path))
	}
	if beside[f.Path] {
		return nil
	}
	_, err := queries.Exec(ctx, r.db, "purge/place_forget.sql", queries.Args{"path": f.Path})
	return err
}

// rewrite puts a new file in the workspace's place: in the old one the bytes of deleted rows would stay. Until it has its
// name, all that is kept is still in the old one.
func (r remover) rewrite(ctx context.Context, path string) error {
	fresh := path + ".purged"
	for _, leftover := range []string{fresh, fresh + ".wal"} {
		if err := r.disk.Remove(leftover); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("purge: %w", err)
		}
	}
	made, err := queries.Open(ctx, fresh, queries.Options{Create: true, ToolVersion: r.toolVersion})
	if err != nil {
		return err
	}
	if err := made.Close(); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	conn, err := r.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	defer conn.Close()
	if err := keep(ctx, conn, fresh); err != nil {
		return err
	}
	// Nothing of the old file may be left in its log, which the new one would be opened with after a kill.
	if _, err := queries.Exec(ctx, conn, "purge/checkpoint.sql", nil); err != nil {
		return err
	}
	if err := r.disk.Rename(fresh, path); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	_ = r.disk.Sync(filepath.Dir(path)) // not every file system can
	return nil
}

// keep fills the new file with what stays.
func keep(ctx context.Context, conn *sql.Conn, fresh string) error {
	if err := digests(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "ATTACH '"+strings.ReplaceAll(fresh, "'", "''")+"' AS kept"); err != nil {
		return fmt.Errorf("purge: %w", err)
	}
	_, err := queries.Exec(ctx, conn, "purge/keep.sql", nil)
	if _, detachErr := conn.ExecContext(context.WithoutCancel(ctx), "DETACH kept"); err == nil && detachErr != nil {
		err = fmt.Errorf("purge: %w", detachErr)
	}
	return err
}

// system is the disk itself.
type system struct{}

func (system) Remove(path string) error     { return os.Remove(path) }
func (system) Rename(from, to string) error { return os.Rename(from, to) }

func (system) Sync(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
