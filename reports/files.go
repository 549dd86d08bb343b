package reports

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// makeDir makes the folder for its owner alone: a report holds personal data.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make report folder: %w", err)
	}
	return nil
}

// writeWhole writes a file that appears whole or not at all, readable by its owner alone.
func writeWhole(dir, name string, fill func(*os.File) error) error {
	path := filepath.Join(dir, name)
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer f.Cleanup()
	if err := fill(f.File); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
