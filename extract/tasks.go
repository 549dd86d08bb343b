package extract

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/config"
)

// placesOfSweep is how many places staged_records leaves to the rows of a sweep.
const placesOfSweep = 1_000_000_000_000

// task is one source and collection of this run.
type task struct {
	source     config.Source
	collection string
	// run is the number of its row in extractions.
	run int64
	// before is what the workspace says of the extraction before this one.
	before before
	// base is what the changes that are read count from; nil where the whole is read.
	base *base
	// next is the next sweep that takes an even number.
	next int64
	// asOf is the time, by the server's clock, that nothing made before can be missing of; idsAsOf that of when all IDs
	// were read. Both are zero while nothing is proven.
	asOf, idsAsOf time.Time
	// boundBy is the collection whose records it refers to and that is complete as of an earlier time, which asOf is then.
	boundBy string
	// skip and got are the offset of the next page and the rows received so far, of a connec source.
	skip, got int64
	// doubts and notes are the words of the verdict, in the order found.
	doubts, notes []string
	// rows is how many rows were read of a file or links source, those that were rejected included.
	rows int64
	// form, dialect and columns are how the source's file is written, as far as its format has them.
	form    textForm
	dialect csvDialect
	columns []string
	sha256  string
	// rejected are the rows of the file that are not loaded; mangled counts the IDs that a spreadsheet rounded, by column.
	rejected rejects
	mangled  map[string]int64
	// decimals counts own IDs of the form 12.0.
	decimals int64
	// otherFile says that another source reads the same file and names its records by the same column: it may not be this one's.
	otherFile bool
	// client speaks to the hub; nil until the first request.
	client lister
	// passes is how often the collection was read; unsettled says that none of them is known to have got all.
	passes    int
	unsettled bool
	// blind says that the server does not tell what changed.
	blind bool
	// cut brings the rows of a file into staged_rows; nil of other sources.
	cut func(ctx context.Context) error
	// from is the first sweep whose pages count, of a connec source.
	from int64
	// total is the server's last count, nil when it gave none.
	total *int64
}

// stage is the name under which progress is reported.
func (t *task) stage() string { return t.source.Name + "/" + t.collection }

func (t *task) doubt(format string, args ...any) {
	t.doubts = append(t.doubts, fmt.Sprintf(format, args...))
}

func (t *task) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// plan lists the tasks of the wanted collections, in the order of the configuration.
func plan(cfg *config.Config, wanted []string) ([]*task, error) {
	var tasks []*task
	known := map[string]bool{}
	for _, s := range cfg.Sources {
		collections := s.Collections
		if s.Type != config.TypeConnec {
			collections = []string{s.Collection}
		}
		for _, c := range collections {
			known[c] = true
			if len(wanted) == 0 || slices.Contains(wanted, c) {
				tasks = append(tasks, &task{source: s, collection: c})
			}
		}
	}
	names := slices.Sorted(maps.Keys(known))
	for _, w := range wanted {
		if !known[w] {
			return nil, fmt.Errorf("no source has the collection %s: the sources name %s", w, strings.Join(names, ", "))
		}
	}
	if len(tasks) == 0 {
		return nil, fmt.Errorf("the configuration names no source: add one under `sources`, or let `sameas init` write an example")
	}
	return tasks, nil
}

// collections are those of the tasks, each once, sorted: the order in which rid counts.
func collections(tasks []*task) []string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.collection)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// typedPaths are the field paths that columns of records hold; a mapped path beyond them goes to the column extra.
var typedPaths = typedFieldPaths()

func typedFieldPaths() map[string]bool {
	paths := strings.Fields(`id channel_id status code title first_name last_name name job_title company_name birth_date
		reference is_lead created_at updated_at email.address email.address2 website.url website.url2`)
	for _, phone := range []string{"phone", "phone_home", "phone_work"} {
		for _, line := range []string{"landline", "landline2", "mobile", "mobile2"} {
			paths = append(paths, phone+"."+line)
		}
	}
	for _, address := range []string{"address", "address_home", "address_work"} {
		for _, use := range []string{"billing", "billing2", "shipping", "shipping2"} {
			for _, part := range []string{"line1", "line2", "city", "region", "postal_code", "country"} {
				paths = append(paths, address+"."+use+"."+part)
			}
		}
	}
	typed := make(map[string]bool, len(paths))
	for _, p := range paths {
		typed[p] = true
	}
	return typed
}

// extraPaths are the field paths of a collection that go to the column extra, as a JSON array: those that match
// compares by configuration, and those that a file maps beyond the typed columns.
func extraPaths(cfg *config.Config, collection string) string {
	var paths []string
	for _, f := range cfg.Match[collection].Fields {
		paths = append(paths, f.Path)
	}
	for _, s := range cfg.Sources {
		if s.Collection != collection {
			continue
		}
		for path := range s.Fields {
			if !typedPaths[path] {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if paths == nil {
		paths = []string{}
	}
	text, _ := json.Marshal(paths)
	return string(text)
}
