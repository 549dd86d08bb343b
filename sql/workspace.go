package queries

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// SchemaVersion is the number of schema.sql; it grows with every change that an older sameas could not read.
const SchemaVersion = 10

// oldestSchema is that of the oldest workspaces which this sameas reads and writes: those of 9 have texts where there are
// enumerations now.
const oldestSchema = 9

// ErrNoWorkspace says that the workspace file is not there.
var ErrNoWorkspace = errors.New("workspace does not exist")

// Options say how to open a workspace.
type Options struct {
	// Create makes the file when it is not there; without it a missing file is ErrNoWorkspace.
	Create bool
	// MemoryLimit is DuckDB's memory limit, such as "4GB"; empty leaves the engine's own.
	MemoryLimit string
	// ToolVersion is recorded in a workspace that is made anew.
	ToolVersion string
}

// Open opens the workspace file, made with every table of schema.sql when it is new; path "" is one in memory.
// Errors say what to do: the file is missing, locked by another process, not a DuckDB file, or of a newer schema.
func Open(ctx context.Context, path string, o Options) (*sql.DB, error) {
	isNew, err := look(path, o.Create)
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, path, isNew, o)
	var disk *DiskError
	if isNew && errors.As(err, &disk) {
		removeShort(path) // not even its beginning need be whole
	}
	return db, err
}

func open(ctx context.Context, path string, isNew bool, o Options) (*sql.DB, error) {
	folder, made := makeTemporaryFolder(path)
	connector, err := duckdb.NewConnector(path, func(conn driver.ExecerContext) error {
		return configure(ctx, conn, o)
	})
	if err != nil {
		if made {
			folder.remove() // one that was there may be that of the process that holds the lock
		}
		return nil, openError(path, err)
	}
	db := sql.OpenDB(tidyConnector{connector, folder})
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, openError(path, err)
	}
	if err := folder.empty(); err != nil {
		db.Close()
		return nil, fmt.Errorf("open workspace %s: remove what a killed process left: %w", path, err)
	}
	err = registerFunctions(ctx, db)
	if err == nil {
		err = checkSchema(ctx, db, path, isNew, o.ToolVersion)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// look reports whether the workspace is yet to be made, and refuses what cannot be one.
func look(path string, create bool) (isNew bool, err error) {
	if path == "" {
		return true, nil
	}
	if err := lookBeside(path); err != nil {
		return false, err
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !create:
		return false, fmt.Errorf("%w: %s: run `sameas extract` first, or name another with --workspace", ErrNoWorkspace, path)
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("open workspace: %w", err)
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("workspace %s is not a regular file: name another with --workspace", path)
	}
	if err := checkMagic(path); err != nil && (info.Size() > 0 || !create) {
		return false, err
	}
	return create && removeShort(path), nil
}

// leastSize is that of the headers of a DuckDB file: a shorter one holds nothing.
const leastSize = 3 * 4096

// removeShort removes the beginning of a database whose making was cut short, by a kill or a full disk.
func removeShort(path string) (removed bool) {
	info, err := os.Lstat(path)
	return err == nil && info.Size() < leastSize && os.Remove(path) == nil
}

// lookBeside refuses a link or anything else of a wrong kind where the engine will write its log and what does not fit into
// memory: it would write through the link.
func lookBeside(path string) error {
	for suffix, kind := range map[string]fs.FileMode{logSuffix: 0, temporarySuffix: fs.ModeDir} {
		info, err := os.Lstat(path + suffix)
		if err == nil && info.Mode().Type() != kind {
			return fmt.Errorf("%s, where the database writes beside the workspace, is not its own but something else, perhaps a link: move it away", path+suffix)
		}
	}
	return nil
}

// checkMagic refuses what is no database before the engine sees it, which would open a CSV file as one of its own. What
// may not be read is left for the engine to complain about.
func checkMagic(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	// The header of a DuckDB file: a checksum of 8 bytes, then the magic.
	var header [12]byte
	if _, err := io.ReadFull(f, header[:]); err != nil || string(header[8:]) != "DUCK" {
		return fmt.Errorf("%s is not a DuckDB file: name another with --workspace", path)
	}
	return nil
}

// configure runs on every new connection: some settings are the connection's own.
func configure(ctx context.Context, conn driver.ExecerContext, o Options) error {
	settings := []string{
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET preserve_insertion_order = false",
		"SET TimeZone = 'UTC'",
	}
	if o.MemoryLimit != "" {
		settings = append(settings, setMemory(o.MemoryLimit))
	}
	for _, s := range settings {
		if _, err := conn.ExecContext(ctx, s, nil); err != nil {
			return err
		}
	}
	return nil
}

func setMemory(limit string) string {
	return "SET memory_limit = '" + strings.ReplaceAll(limit, "'", "''") + "'"
}

// Memory is how the engine is bounded for a while.
type Memory struct {
	// Limit is such as "640MB"; what is over goes to disk.
	Limit string
	// HandBack makes the engine hand back what it has freed, which its allocator keeps thread by thread, that of a thread at rest
	// for good: it adds up to as much again as the limit. It also makes the engine write each block of the rows that
	// a statement inserts when it is full: by itself it keeps five of them for each thread.
	HandBack bool
}

// BoundMemory bounds the memory of the whole database until free is called. The limit before is read and set again, since
// RESET would only say that it is the old one and leave the buffers under the new one.
func BoundMemory(ctx context.Context, on Querier, m Memory) (free func(), err error) {
	var before string
	if err := on.QueryRowContext(ctx, "SELECT current_setting('memory_limit')").Scan(&before); err != nil {
		return nil, fmt.Errorf("read the database's memory limit: %w", err)
	}
	bound, unbound := []string{setMemory(m.Limit)}, []string{setMemory(before)}
	if m.HandBack {
		bound = append(bound, "SET allocator_background_threads = true", "SET write_buffer_row_group_count = 1")
		unbound = append(unbound, "RESET allocator_background_threads", "RESET write_buffer_row_group_count")
	}
	return set(ctx, on, "bound the database's memory", bound, unbound)
}

// OutOfMemory reports whether a statement ended because it needs more memory than the engine was given.
func OutOfMemory(err error) bool {
	var e *duckdb.Error
	return errors.As(err, &e) && e.Type == duckdb.ErrorTypeOutOfMemory
}

// TakeBatches sets the whole database up for many small transactions, until free is called. A block of rows is written anew
// with every checkpoint until it is full: checkpoints come seldom, and nothing is compressed, which would be done anew,
// too. The next open replays what was written since the last one. More threads than one only wait for one another.
func TakeBatches(ctx context.Context, on Querier) (free func(), err error) {
	var threads int64
	if err := on.QueryRowContext(ctx, "SELECT current_setting('threads')").Scan(&threads); err != nil {
		return nil, fmt.Errorf("read the database's number of threads: %w", err)
	}
	return set(ctx, on, "set the database up for batches",
		[]string{"SET checkpoint_threshold = '128 MiB'", "SET force_compression = 'uncompressed'", "SET threads = 1"},
		[]string{"RESET checkpoint_threshold", "RESET force_compression", fmt.Sprintf("SET threads = %d", threads)})
}

// set runs statements, and returns what takes them back.
func set(ctx context.Context, on Querier, what string, there, back []string) (free func(), err error) {
	free = func() {
		for _, s := range back {
			_, _ = on.ExecContext(context.WithoutCancel(ctx), s) // a closed database has nothing to take back
		}
	}
	for _, s := range there {
		if _, err := on.ExecContext(ctx, s); err != nil {
			free()
			return nil, fmt.Errorf("%s: %w", what, err)
		}
	}
	return free, nil
}

func checkSchema(ctx context.Context, db *sql.DB, path string, isNew bool, toolVersion string) error {
	if isNew {
		return createSchema(ctx, db, path, toolVersion)
	}
	var text string
	err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'schema_version'").Scan(&text)
	if err != nil && isEmptyDatabase(ctx, db) { // a kill came between the making of the file and of its tables
		return createSchema(ctx, db, path, toolVersion)
	}
	if err != nil {
		return fmt.Errorf("%s is a DuckDB file but not a workspace of sameas: name another with --workspace", path)
	}
	version, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return fmt.Errorf("workspace %s: schema version %q is not a number", path, text)
	case version > SchemaVersion:
		return fmt.Errorf("workspace %s has schema %d, this sameas knows schema %d: use the newer sameas that made it, or extract into another --workspace", path, version, SchemaVersion)
	case version < oldestSchema:
		return fmt.Errorf("workspace %s has schema %d, this sameas needs schema %d: extract again into another --workspace; what people decided is kept if the older sameas writes it by `review --export` and this one reads it by `review --import`", path, version, SchemaVersion)
	}
	return nil
}

func isEmptyDatabase(ctx context.Context, db *sql.DB) bool {
	var tables int64
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM duckdb_tables()").Scan(&tables)
	return err == nil && tables == 0
}

// createSchema makes the tables, in a file that only its owner can read from before the first row is written.
func createSchema(ctx context.Context, db *sql.DB, path, toolVersion string) error {
	if path != "" {
		if err := os.Chmod(path, 0o600); err != nil {
			return fmt.Errorf("create workspace: %w", err)
		}
	}
	return Transact(ctx, db, func(tx *sql.Tx) error {
		if _, err := Exec(ctx, tx, "schema.sql", nil); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO meta VALUES ('schema_version', ?), ('tool_version', ?)",
			strconv.Itoa(SchemaVersion), toolVersion)
		return err
	})
}

// openError turns DuckDB's words for the two commonest troubles into what to do about them.
func openError(path string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "Could not set lock on file"):
		return fmt.Errorf("workspace %s is in use by another process: wait until it ends (a page of `sameas review` ends with Ctrl-C, and can match by itself), or name another with --workspace", path)
	case strings.Contains(text, "not a valid DuckDB database file"):
		return fmt.Errorf("%s is not a DuckDB file: name another with --workspace", path)
	}
	return named("open workspace "+path, err)
}
