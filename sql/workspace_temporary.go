package queries

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// What does not fit into memory the engine writes into files of its own, in a folder beside the workspace that it names
// and that it would make as open as the umask lets it. They hold records as they are, so the folder is made here, before
// the engine looks for it, and for its owner alone.
const (
	logSuffix       = ".wal"         // the engine's write-ahead log is the database's path with this
	temporarySuffix = ".tmp"         // the engine's temp_directory is the database's path with this
	spillPrefix     = "duckdb_temp_" // how the engine's names of files in it begin
)

// temporaryFolder is the folder of one open workspace.
type temporaryFolder string

// makeTemporaryFolder makes the folder of the workspace at path, or closes one that is there to others. What cannot be
// made here the engine cannot make either, and says so when it needs it: a workspace that is only read may lie where
// nothing can be written.
func makeTemporaryFolder(path string) (folder temporaryFolder, made bool) {
	if path == "" {
		return "", false // a database in memory
	}
	folder = temporaryFolder(path + temporarySuffix)
	err := os.Mkdir(string(folder), 0o700)
	if errors.Is(err, fs.ErrExist) {
		if info, err := os.Lstat(string(folder)); err == nil && info.IsDir() {
			_ = os.Chmod(string(folder), 0o700)
		}
	}
	return folder, err == nil
}

// empty removes what the engine of a killed process left; the lock on the workspace must be held. Files of other names
// are not the engine's.
func (f temporaryFolder) empty() error {
	if f == "" {
		return nil
	}
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil // see makeTemporaryFolder
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), spillPrefix) {
			continue
		}
		if err := os.Remove(filepath.Join(string(f), e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// remove removes the folder unless something is in it: another process may have opened the workspace meanwhile.
func (f temporaryFolder) remove() {
	if f != "" {
		_ = os.Remove(string(f))
	}
}

// tidyConnector removes the temporary folder when the database is closed, once the engine has removed its files.
type tidyConnector struct {
	*duckdb.Connector
	folder temporaryFolder
}

func (c tidyConnector) Close() error {
	err := c.Connector.Close()
	c.folder.remove()
	return err
}
