package extract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
)

// Kinds of rows that are not loaded.
const (
	rejectedFields    = "fields"     // more or fewer values than columns
	rejectedQuote     = "quote"      // a quote that is never closed
	rejectedLong      = "long"       // longer than a row can be
	rejectedBytes     = "bytes"      // NULs, or bytes that the encoding cannot mean
	rejectedJSON      = "json"       // no JSON object, or one nested too deep
	rejectedNoID      = "no_id"      // nothing in the ID's column
	rejectedMangledID = "mangled_id" // the ID is a number that a spreadsheet rounded
	rejectedSameID    = "same_id"    // other rows have the ID too, and differ
	rejectedLink      = "link"       // a link that lacks a part
	rejectedFooter    = "footer"     // no row: a line below the table
)

// rejection is one row of a file that is not loaded.
type rejection struct {
	line   int64
	kind   string
	reason string // in words, without the row's values
	text   string // the row as read
}

// at is the rejection with the row's place and text.
func (r rejection) at(line int64, text string) rejection {
	r.line, r.text = line, text
	return r
}

// RejectedRow is one row of a file that was not loaded; the table rejected_rows holds it with its text.
type RejectedRow struct {
	Line   int64  `json:"line"` // of the file; of a JSON array or a Parquet file the number of the record
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

// firstRejected is how many rows a verdict names.
const firstRejected = 10

// rejects counts the rows of one file that are not loaded.
type rejects struct {
	count  int64         // those that should have been rows
	footer int64         // those that should not
	first  []RejectedRow // of the former
}

func (r *rejects) add(j rejection) {
	if j.kind == rejectedFooter {
		r.footer++
		return
	}
	r.count++
	if len(r.first) < firstRejected {
		r.first = append(r.first, RejectedRow{j.line, j.kind, j.reason})
	}
}

// overLimit is the error of a file of which more rows are unfit to load than max_rejected allows, nil of any other.
func (t *task) overLimit() error {
	r := &t.rejected
	if r.count == 0 || float64(r.count) <= t.source.MaxRejected*float64(t.rows) {
		return nil
	}
	first := r.first[0]
	allowed := "`max_rejected` allows none"
	if t.source.MaxRejected > 0 {
		allowed = fmt.Sprintf("`max_rejected` allows %.4g %%", 100*t.source.MaxRejected)
	}
	return fmt.Errorf("%s %s %d: %s (%d of %d rows cannot be loaded, %s: put them right, or raise it and they are set aside)", t.source.Path, t.unit(), first.Line, first.Reason, r.count, t.rows, allowed)
}

// unit is what a place in the task's file counts.
func (t *task) unit() string {
	switch format, _ := formatOf(t.source.Path); format {
	case formatJSON, formatParquet:
		return "record"
	}
	return "line"
}

// judgeNames doubts IDs that look as if somebody had put something else in their place, and would be written into the
// hub as what the application knows its records by.
func (t *task) judgeNames(e Extraction) {
	id := t.source.ID
	if id.Provider == config.Placeholder || id.Realm == config.Placeholder {
		t.doubt("provider or realm of `id` is still %s: name the application and its account as Connec! knows them", config.Placeholder)
	}
	known := e.IDsChecked != nil && *e.IDsChecked > 0 && 2**e.IDsKnown >= *e.IDsChecked
	for _, path := range slices.Sorted(maps.Keys(t.source.Fields)) {
		if t.source.Fields[path] == id.Column && !known {
			t.doubt("the rows are named by column %q, which is %s, too: unless the application itself knows them by it, apply nothing planned with these IDs; export its own", id.Column, path)
			return
		}
	}
}

// judgeTwice doubts a file that another source reads, too, as the same records: the path of one of them is wrong, and nothing
// tells which. One column may name the records of two applications, or of two accounts; but whether it does, or a path is
// wrong, nothing tells either, so that what such a file lacks is not said to be gone.
func (x *extraction) judgeTwice(t *task) {
	for _, other := range x.tasks {
		if other == t || other.source.Type != t.source.Type || other.collection != t.collection || other.sha256 != t.sha256 || other.source.ID.Column != t.source.ID.Column {
			continue
		}
		t.otherFile = true
		if other.source.ID == t.source.ID {
			t.doubt("its file is that of source %s, byte for byte: check `path` of both, or take one of the two sources out", other.source.Name)
			return
		}
	}
}

// spoiledIDs reports whether every own ID that was loaded ends in .0: a program took them for numbers.
func (t *task) spoiledIDs() bool { return t.decimals > 0 && t.decimals == t.rows-t.rejected.count }

// judgeRejected puts the rows that were set aside into the verdict: records are missing, and a person must look.
func (t *task) judgeRejected(repeated int64) {
	r := &t.rejected
	if repeated > 0 {
		t.note("%s what an earlier one said: counted once", count(repeated, "row repeats", "rows repeat"))
	}
	for _, column := range slices.Sorted(maps.Keys(t.mangled)) {
		t.doubt("%s of column %q left out: a spreadsheet rounded the number (1.23E+15): export again, and open the file in no spreadsheet", count(t.mangled[column], "ID", "IDs"), column)
	}
	if r.footer > 0 {
		t.note("%s below the table left out: totals, dates or notices", count(r.footer, "line", "lines"))
	}
	if t.spoiledIDs() {
		t.doubt("every ID in column %q ends in .0: a program took the IDs for numbers: export them as text", t.source.ID.Column)
	}
	if r.count == 0 {
		return
	}
	var where []string
	for _, row := range r.first[:min(len(r.first), 3)] {
		where = append(where, fmt.Sprintf("%s %d: %s", t.unit(), row.Line, row.Reason))
	}
	more := ""
	if r.count > int64(len(where)) {
		more = "; ..."
	}
	t.doubt("%d of %d rows were set aside (%s%s): put them right and extract again; the table rejected_rows holds them all", r.count, t.rows, strings.Join(where, "; "), more)
}
