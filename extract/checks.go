package extract

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	queries "github.com/sameas/sameas/sql"
)

// checkFileKeys refuses a file in which a row has no ID or two rows have the same: whoever wrote it meant something
// else. The hub's own repeats are another thing, see counts.
func (x *extraction) checkFileKeys(ctx context.Context, on queries.Querier, t *task) error {
	of := queries.Args{"source": t.source.Name, "collection": t.collection}
	var place int64
	var id, code sql.NullString
	err := queries.One(ctx, on, "extract/keyless.sql", of, &place, &id, &code)
	if err == nil {
		return t.locate(func(found string) bool { return found == "" },
			"no ID: every record needs the ID that its application names it by")
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var duplicate string
	err = queries.One(ctx, on, "extract/duplicate.sql", of, &duplicate)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.locate(func(found string) bool { return found == duplicate },
		fmt.Sprintf("the ID %q stands on more than one line: an ID names one record", duplicate))
}

// locate reads the file once more, now that it is known what to look for, and names the lines.
func (t *task) locate(wanted func(id string) bool, words string) error {
	var lines []string
	unit := "line"
	see := func(at int64, id string) {
		if wanted(id) && len(lines) < 2 {
			lines = append(lines, fmt.Sprint(at))
		}
	}
	format, err := formatOf(t.source.Path)
	switch {
	case err != nil:
		return err
	case format == formatCSV:
		place := 0
		_, err = scanCSV(t.source.Path, func(h csvHeader) (err error) {
			place, err = h.index(t.source.Path, t.source.ID.Column)
			return err
		}, func(line int, row []string) error {
			see(int64(line), row[place])
			return nil
		})
	case format == formatNDJSON:
		_, err = scanLines(t.source.Path, func(line int, object jsontext.Value) error {
			see(int64(line), t.ownID(object))
			return nil
		})
	case format == formatJSON:
		unit = "record"
		_, err = scanJSON(t.source.Path, func(row int64, object jsontext.Value) error {
			see(row, t.ownID(object))
			return nil
		})
	}
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fmt.Errorf("%s: %s", t.source.Path, words)
	}
	if len(lines) > 1 {
		unit += "s"
	}
	return fmt.Errorf("%s %s %s: %s", t.source.Path, unit, strings.Join(lines, " and "), words)
}

// ownID is the ID that the record of a JSON file is named by, as staged_records.sql finds it; only for messages.
func (t *task) ownID(object jsontext.Value) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil {
		return ""
	}
	if mapped(t.source) {
		return trim(scalar(fields[t.source.ID.Column]))
	}
	var entries []map[string]json.RawMessage
	if json.Unmarshal(fields["id"], &entries) != nil {
		if scalar(fields["channel_id"]) == "" {
			return ""
		}
		return scalar(fields["id"])
	}
	best := ""
	for _, e := range entries {
		provider, realm, id := scalar(e["provider"]), scalar(e["realm"]), scalar(e["id"])
		if provider == "" || realm == "" || id == "" {
			continue
		}
		if provider == "connec" {
			return id
		}
		if best == "" {
			best = id
		}
	}
	return best
}

// scalar is a JSON string's text or a number as it stands; anything else is no value.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}
