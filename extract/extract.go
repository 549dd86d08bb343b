// Package extract reads sources into the workspace: raw pages first, then records, external IDs, references and links.
package extract

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// Options of Run.
type Options struct {
	DB     *sql.DB
	Config *config.Config
	// Collections to read; none means all that the sources name.
	Collections []string
	// Fresh forgets a run that was interrupted and starts again.
	Fresh bool
	// Incremental reads of the hub only what changed since the last complete extraction, where that can be told, and all of
	// it otherwise; files are read whole. It excludes Fresh.
	Incremental bool
	// Getenv finds credentials.
	Getenv func(string) string
	// Doer sends requests instead of the real transport, in tests.
	Doer connec.Doer
	Log  *slog.Logger
	// Progress is told of every step forward: stage is "source/collection", total -1 while unknown.
	Progress func(stage string, done, total int64)
}

// withDefaults fills in a log and a progress that nobody sees.
func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	return o
}

// Extraction is the verdict on one source and collection: one row of the table extractions.
type Extraction struct {
	Source     string `json:"source"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	// Mode is full, or incremental where only what changed was read.
	Mode     string `json:"mode"`
	Total    *int64 `json:"total"` // nil when the server gave none
	Rows     int64  `json:"rows"`
	Records  int64  `json:"records"`
	Repeated int64  `json:"repeated"`
	// Rejected is how many rows of a file could not be loaded; FirstRejected are the first ten.
	Rejected      int64         `json:"rejected,omitempty"`
	FirstRejected []RejectedRow `json:"first_rejected,omitempty"`

	// AsOf is the time by the server's clock of which the records are complete, IDsAsOf that of when all IDs were read last;
	// nil while nothing is proven, and for files.
	AsOf    *time.Time `json:"as_of,omitempty"`
	IDsAsOf *time.Time `json:"ids_as_of,omitempty"`
	// Added and Changed count what an incremental extraction brought.
	Added   *int64 `json:"added,omitempty"`
	Changed *int64 `json:"changed,omitempty"`
	// Vanished counts the records that an extraction held and that this one found gone; FirstVanished are the keys of the first
	// ten, and the table vanished_records holds all.
	Vanished      int64    `json:"vanished,omitempty"`
	FirstVanished []string `json:"first_vanished,omitempty"`
	// Unread counts the records that an extraction held and that were not read, though they may be there: rows were set aside,
	// the file may be another source's or its IDs are spoiled, or the hub's verdict is in doubt or has no count to prove it.
	// FirstUnread are the keys of the first ten, and the table unread_records holds all.
	Unread      int64    `json:"unread,omitempty"`
	FirstUnread []string `json:"first_unread,omitempty"`

	IDsChecked *int64 `json:"ids_checked,omitempty"`
	IDsKnown   *int64 `json:"ids_known,omitempty"`
	Status     string `json:"status"`
	Doubt      string `json:"doubt,omitempty"`
	// Note is worth knowing and puts nothing in doubt.
	Note string `json:"note,omitempty"`
}

// Result of Run.
type Result struct {
	Extractions []Extraction `json:"extractions"`
	// Findings are what of the values and IDs in the workspace is no use.
	Findings []Finding `json:"findings"`
}

// InDoubt reports whether any verdict is not complete: exit code 2.
func (r Result) InDoubt() bool {
	for _, e := range r.Extractions {
		if e.Status != "complete" {
			return true
		}
	}
	return false
}

// Run extracts. A run that was interrupted is resumed where it stopped; what an earlier extraction held of a
// collection is replaced as a whole or not at all. Files are checked before the first request is sent.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Fresh && o.Incremental {
		return Result{}, errors.New("an extraction either starts afresh or reads what changed")
	}
	tasks, err := plan(o.Config, o.Collections)
	if err != nil {
		return Result{}, err
	}
	x := &extraction{Options: o.withDefaults(), tasks: tasks, connections: map[string]connec.Options{}}
	release, err := x.connect(ctx)
	if err != nil {
		return Result{}, err
	}
	defer release()
	if err := x.read(ctx); err != nil {
		return Result{}, err
	}
	if err := x.readReferrers(ctx); err != nil {
		return Result{}, err
	}
	return x.load(ctx)
}

// extraction is one Run.
type extraction struct {
	Options
	// conn is the one connection that all statements run on: the scratch tables belong to it.
	conn  *sql.Conn
	tasks []*task
	// unbound takes the bound of its memory back.
	unbound func()
	// connections are how each source's hub is spoken to, credentials included, by the source's name.
	connections map[string]connec.Options
	// most is how many rows of a file are read, 0 for all.
	most int64
}

// Memory that the database may use meanwhile, in MiB: what one thread needs to write, and no less in all than what the
// sort of the records needs to be quick; of more than a million rows the sort needs more, to bring together the parts that
// it sorted. Beyond it, it goes to temporary files.
const (
	memoryOfThread  = 128
	leastMemory     = 384
	memoryOfMillion = 96
)

// connect takes a connection, bounds its memory and makes the scratch tables; release ends all three.
func (x *extraction) connect(ctx context.Context) (release func(), err error) {
	if x.conn, err = x.DB.Conn(ctx); err != nil {
		return nil, fmt.Errorf("open a connection to the workspace: %w", err)
	}
	x.unbound = func() {}
	release = func() {
		x.unbound()
		_ = x.conn.Raw(func(any) error { return driver.ErrBadConn }) // ends it: the scratch tables go with it
		_ = x.conn.Close()
	}
	if err := x.boundMemory(ctx, 0); err != nil {
		release()
		return nil, err
	}
	for _, name := range []string{"extract/scratch.sql", "extract/staged_rows.sql"} {
		if _, err := queries.Exec(ctx, x.conn, name, nil); err != nil {
			release()
			return nil, err
		}
	}
	return release, nil
}

// boundMemory bounds the database's memory to what so many rows need.
func (x *extraction) boundMemory(ctx context.Context, rows int64) error {
	var threads int64
	if err := queries.One(ctx, x.conn, "extract/threads.sql", nil, &threads); err != nil {
		return err
	}
	x.unbound()
	limit := fmt.Sprintf("%d MiB", memoryFor(threads, rows))
	unbound, err := queries.BoundMemory(ctx, x.conn, queries.Memory{Limit: limit, HandBack: true})
	if err == nil {
		x.unbound = unbound
	}
	return err
}

// memoryFor is what so many threads and rows need, in MiB.
func memoryFor(threads, rows int64) int64 {
	return max(leastMemory, threads*memoryOfThread) + rows/1_000_000*memoryOfMillion
}

// read checks the files and reads the links first, since they fail fast and cost the server nothing, then the pages of
// the hub.
func (x *extraction) read(ctx context.Context) error {
	for _, t := range x.tasks {
		if err := x.open(ctx, t); err != nil {
			return err
		}
	}
	for _, kind := range []string{config.TypeFile, config.TypeLinks, config.TypeConnec} {
		for _, t := range x.tasks {
			if t.source.Type != kind {
				continue
			}
			begun := time.Now()
			if err := x.readTask(ctx, t); err != nil {
				return x.stopped(ctx, t, fmt.Errorf("source %s, %s: %w", t.source.Name, t.collection, err))
			}
			x.Log.Debug("read", "source", t.source.Name, "collection", t.collection, "seconds", time.Since(begun).Seconds())
		}
	}
	return nil
}

func (x *extraction) readTask(ctx context.Context, t *task) error {
	switch t.source.Type {
	case config.TypeFile:
		return x.readFile(ctx, t)
	case config.TypeLinks:
		return x.readLinks(ctx, t)
	}
	free, err := queries.TakeBatches(ctx, x.conn)
	if err != nil {
		return err
	}
	defer free()
	return x.readHub(ctx, t)
}

// now is the time that the workspace's own rows bear: UTC, whole microseconds as DuckDB keeps them.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
