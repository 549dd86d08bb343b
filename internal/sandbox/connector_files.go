package sandbox

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2"

	"github.com/sameas/sameas/internal/connec"
)

// Truth says which entity a record is of, by any of its IDs in a collection. A nil Truth knows nothing.
type Truth struct {
	entities map[truthKey]string
}

type truthKey struct {
	collection string
	id         connec.ExternalID
}

// ReadTruth reads a truth file: provider, realm, id, entity and collection by name; other columns are passed over.
func ReadTruth(path string) (*Truth, error) {
	t := &Truth{entities: map[truthKey]string{}}
	err := readCSV(path, []string{"provider", "realm", "id", "entity", "collection"}, func(row map[string]string) error {
		t.add(row["collection"], connec.ExternalID{Provider: row["provider"], Realm: row["realm"], ID: row["id"]}, row["entity"])
		return nil
	})
	return t, err
}

func (t *Truth) add(collection string, id connec.ExternalID, entity string) {
	if t != nil && entity != "" {
		t.entities[truthKey{collection, id}] = entity
	}
}

// Entity is that of the record which the ID names, or "" when the truth does not know it.
func (t *Truth) Entity(collection string, id connec.ExternalID) string {
	return t.entity(collection, id)
}

// entity is that of the first ID that the truth knows: the hub's own first, which is never shared by two records.
func (t *Truth) entity(collection string, ids ...connec.ExternalID) string {
	if t == nil {
		return ""
	}
	for _, hub := range []bool{true, false} {
		for _, id := range ids {
			if entity := t.entities[truthKey{collection, id}]; entity != "" && id.IsHub() == hub {
				return entity
			}
		}
	}
	return ""
}

// keyColumn is the column that holds the application's own ID.
func keyColumn(collection string) string {
	if collection == "organizations" {
		return "account_id"
	}
	return "contact_id"
}

// LoadFile reads the application's own records from a CSV file; they are new to the hub until the first round.
func (c *Connector) LoadFile(collection, path string) error {
	s := c.stores[collection]
	if s == nil {
		return fmt.Errorf("%s/%s: it has no %s", c.Provider, c.Realm, collection)
	}
	key := keyColumn(collection)
	return readCSV(path, []string{key}, func(row map[string]string) error {
		id := row[key]
		if id == "" || s.records[id] != nil {
			return fmt.Errorf("%s %q is empty or there twice", key, id)
		}
		delete(row, key)
		s.add(&Local{ID: id, Fields: row, changed: true, entity: c.truth.entity(collection, c.id(id))})
		return nil
	})
}

// WriteFile writes the application's records as LoadFile reads them.
func (c *Connector) WriteFile(collection, path string) error {
	columns := []string{keyColumn(collection)}
	for _, m := range mapping(collection) {
		columns = append(columns, m.column)
	}
	if collection == "people" {
		columns = append(columns, referenceColumn)
	}
	file, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer file.Cleanup()
	w := csv.NewWriter(file)
	rows := [][]string{columns}
	for _, r := range c.Records(collection) {
		row := []string{r.ID}
		for _, column := range columns[1:] {
			row = append(row, r.Fields[column])
		}
		rows = append(rows, row)
	}
	if err := errors.Join(w.WriteAll(rows), w.Error()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// missing reports whether the error is of a file that is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// readCSV calls f for every row, with its values by column.
func readCSV(path string, wanted []string, f func(row map[string]string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r := csv.NewReader(file)
	header, err := r.Read()
	if err != nil {
		return fmt.Errorf("read %s: header: %w", filepath.Base(path), err)
	}
	for _, column := range wanted {
		if !slices.Contains(header, column) {
			return fmt.Errorf("read %s: no column %s", filepath.Base(path), column)
		}
	}
	for {
		values, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			row := make(map[string]string, len(header))
			for i, column := range header {
				row[column] = values[i]
			}
			err = f(row)
		}
		if err != nil {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("read %s, line %d: %w", filepath.Base(path), line, err)
		}
	}
}
