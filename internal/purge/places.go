// Package purge removes what a workspace holds and wrote of persons, and keeps counts and the decisions of people.
package purge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// Kinds of files that are written from a workspace.
const (
	KindPlan   = "plan"
	KindReport = "report"
	KindHub    = "hub" // the hub as a rehearsal leaves it
)

// Remember keeps where a file was written from the workspace, so that a purge finds it; one that is not there is no matter.
func Remember(ctx context.Context, db *sql.DB, kind string, paths ...string) error {
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return fmt.Errorf("remember %s: %w", path, err)
		}
		sum, err := digest(absolute)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("remember %s: %w", path, err)
		}
		err = queries.Transact(ctx, db, func(tx *sql.Tx) error {
			if _, err := queries.Exec(ctx, tx, "purge/place_forget.sql", queries.Args{"path": absolute}); err != nil {
				return err
			}
			_, err := queries.Exec(ctx, tx, "purge/place_keep.sql", queries.Args{"kind": kind, "path": absolute, "sha256": sum})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Expect keeps that a file is about to be written there, so that a purge names it even when the process ends before
// Remember. Until then it counts as changed, which nothing removes unasked.
func Expect(ctx context.Context, db *sql.DB, kind string, paths ...string) error {
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return fmt.Errorf("remember %s: %w", path, err)
		}
		if _, err := queries.Exec(ctx, db, "purge/place_expect.sql", queries.Args{"kind": kind, "path": absolute}); err != nil {
			return err
		}
	}
	return nil
}

// File is one file that was written from the workspace, or that belongs to one.
type File struct {
	Kind string `json:"kind"`
	Path string `json:"path"`
	// Changed says that it is no longer as it was written: it may have become something else.
	Changed bool `json:"changed,omitempty"`

	of      string      // the remembered file that it was found beside; "" when it is remembered itself
	written func() bool // looks again whether it is as it was written
}

// looked is the file with what a look at it shows.
func looked(kind, path, of string, written func() bool) File {
	return File{kind, path, !written(), of, written}
}

// as reports whether the file is a regular one with that digest: a link in its place is another's.
func as(path, sum string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	now, err := digest(path)
	return err == nil && now == sum
}

// places are the remembered files, there or not.
func places(ctx context.Context, db *sql.DB) ([]File, error) {
	var files []File
	err := queries.Each(ctx, db, "purge/places.sql", nil, func(rows *sql.Rows) error {
		var kind, path, sum string
		err := rows.Scan(&kind, &path, &sum)
		files = append(files, looked(kind, path, "", func() bool { return as(path, sum) }))
		return err
	})
	return files, err
}

// unfinished are files beside the path, of the names under which it is written until it is whole: a killed process leaves
// them.
func unfinished(path string) []string {
	folder, name := filepath.Split(path)
	entries, _ := os.ReadDir(filepath.Clean(folder + "."))
	var found []string
	for _, e := range entries {
		number, is := strings.CutPrefix(e.Name(), "."+name)
		if is && number != "" && strings.Trim(number, "0123456789") == "" {
			found = append(found, folder+e.Name())
		}
	}
	return found
}
