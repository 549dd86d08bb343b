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

// File is one file that was written from the workspace, or that belongs to one.
type File struct {
	Kind string `json:"kind"`
	Path string `json:"path"`
	// Changed says that it is no longer as it was written: it may have become something else.
	Changed bool `json:"changed,omitempty"`
}

// places are the remembered files that are still there, and the plans that were.
func places(ctx context.Context, db *sql.DB) ([]File, error) {
	var files []File
	err := queries.Each(ctx, db, "purge/places.sql", nil, func(rows *sql.Rows) error {
		var f File
		var written string
		if err := rows.Scan(&f.Kind, &f.Path, &written); err != nil {
			return err
		}
		info, err := os.Lstat(f.Path)
		if errors.Is(err, fs.ErrNotExist) {
			if f.Kind == KindPlan { // something may lie beside where it was
				files = append(files, f)
			}
			return nil
		}
		if err != nil {
			return err
		}
		now := ""
		if info.Mode().IsRegular() { // a link in its place is another's file
			if now, err = digest(f.Path); err != nil {
				return err
			}
		}
		f.Changed = now != written
		files = append(files, f)
		return nil
	})
	return files, err
}
