package match

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sameas/sameas/internal/connec"
)

// truthRow is one line of the truth file.
type truthRow struct {
	line              int
	id                connec.ExternalID
	entity            string
	collection        string // "" where the file names none
	kind              string
	indistinguishable string
	found             string // the collection in which it named a record
}

// truthFile is a truth file and which of its rows were found.
type truthFile struct {
	name string
	rows []truthRow
	byID map[connec.ExternalID][]int
}

// readTruth reads CSV with the columns provider, realm, id, entity and, optionally, collection, kind,
// indistinguishable; in any order, further ones ignored.
func readTruth(from io.Reader, name string) (*truthFile, error) {
	buffered := bufio.NewReader(from)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	r := csv.NewReader(buffered)
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header: want provider,realm,id,entity[,collection[,kind[,indistinguishable]]]: %w", name, err)
	}
	column, err := truthColumns(header, name)
	if err != nil {
		return nil, err
	}
	t := &truthFile{name: name, byID: map[connec.ExternalID][]int{}}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(0)
		if err := t.add(line, fields, column); err != nil {
			return nil, err
		}
	}
}

func truthColumns(header []string, name string) (map[string]int, error) {
	column := map[string]int{}
	for i, c := range header {
		c = strings.ToLower(strings.TrimSpace(c))
		if _, again := column[c]; again {
			return nil, fmt.Errorf("%s:1: column `%s` is there twice", name, c)
		}
		column[c] = i
	}
	for _, c := range []string{"provider", "realm", "id", "entity"} {
		if _, ok := column[c]; !ok {
			return nil, fmt.Errorf("%s:1: column `%s` is missing: the columns are %s", name, c, strings.Join(header, ", "))
		}
	}
	return column, nil
}

func (t *truthFile) add(line int, fields []string, column map[string]int) error {
	get := func(c string) string {
		if i, ok := column[c]; ok {
			return strings.Clone(fields[i])
		}
		return ""
	}
	row := truthRow{line: line, id: connec.ExternalID{Provider: get("provider"), Realm: get("realm"), ID: get("id")}, entity: get("entity"),
		collection: get("collection"), kind: get("kind"), indistinguishable: get("indistinguishable")}
	if !row.id.Complete() || row.entity == "" {
		return fmt.Errorf("%s:%d: provider, realm, id and entity must not be empty", t.name, line)
	}
	if !utf8.ValidString(strings.Join(fields, "")) {
		return fmt.Errorf("%s:%d: is not UTF-8 text", t.name, line)
	}
	t.byID[row.id] = append(t.byID[row.id], len(t.rows))
	t.rows = append(t.rows, row)
	return nil
}

// unknown counts the rows that named no record in any collection.
func (t *truthFile) unknown() int64 {
	n := int64(0)
	for _, r := range t.rows {
		if r.found == "" {
			n++
		}
	}
	return n
}

func (t *truthFile) nothingFound(collections []string) error {
	if len(t.rows) == 0 {
		return fmt.Errorf("%s: has no rows below its header", t.name)
	}
	return fmt.Errorf("%s: none of its %d rows names a record of the workspace (%s): line %d names %s; are provider and realm those of the configuration?",
		t.name, len(t.rows), strings.Join(collections, ", "), t.rows[0].line, t.rows[0].id)
}

// bearer is a record of the workspace that a truth row may mean, by its own ID or by one that it bears.
type bearer struct {
	record int
	id     connec.ExternalID
}

// label gives each record the row that names it: by its own ID first, and only where no row does, by an ID that it
// bears. For a hub record may bear an ID wrongly, and its own name then says more. The result has one row number, or
// -1, for each of n records.
func (t *truthFile) label(collection string, n int, own, borne []bearer, several bool) ([]int, error) {
	labels := slices.Repeat([]int{-1}, n)
	for _, bearers := range [][]bearer{own, borne} {
		settled := slices.Clone(labels)
		for _, b := range bearers {
			for _, i := range t.byID[b.id] {
				row := &t.rows[i]
				if row.collection != "" && row.collection != collection {
					continue
				}
				if row.collection == "" && several && row.found != "" && row.found != collection {
					return nil, fmt.Errorf("%s:%d: %s names a record in %s and one in %s: add a column `collection`", t.name, row.line, row.id, row.found, collection)
				}
				row.found = collection
				if settled[b.record] >= 0 {
					continue
				}
				if err := t.agree(labels[b.record], i); err != nil {
					return nil, err
				}
				labels[b.record] = i
			}
		}
	}
	return labels, nil
}

// agree refuses two rows that give one record two entities.
func (t *truthFile) agree(before, now int) error {
	if before < 0 || t.rows[before].entity == t.rows[now].entity {
		return nil
	}
	first, second := t.rows[min(before, now)], t.rows[max(before, now)]
	return fmt.Errorf("%s:%d: %s is entity %q here, and the same record is entity %q on line %d (as %s): the truth contradicts itself",
		t.name, second.line, second.id, second.entity, first.entity, first.line, first.id)
}
