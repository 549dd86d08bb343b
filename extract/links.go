package extract

import (
	"context"
	"database/sql/driver"
)

// linkColumns are the columns of a crosswalk, in the order of the table links.
var linkColumns = [6]string{"left_provider", "left_realm", "left_id", "right_provider", "right_realm", "right_id"}

// readLinks reads a crosswalk into staged_links, each line with its number.
func (x *extraction) readLinks(ctx context.Context, t *task) error {
	if err := t.survey(); err != nil {
		return err
	}
	if err := x.append(ctx, t, "staged_links", (*stager).links); err != nil {
		return err
	}
	if t.rows == 0 { // nobody knows of a link: a file of records without one was cut short
		t.note("%s holds a header and no row: it links nothing", t.source.Path)
	}
	if err := t.overLimit(); err != nil {
		return err
	}
	return x.keepFingerprint(ctx, t)
}

// links reads the lines of a crosswalk; one that lacks a part links nothing.
func (s *stager) links() error {
	t := s.t
	dialect, err := findDialect(t.form, t.source, linkColumns[:])
	if err != nil {
		return err
	}
	t.dialect, t.columns = dialect, dialect.columns
	var places [len(linkColumns)]int
	for i, column := range linkColumns {
		if places[i], err = dialect.index(t.source.Path, column); err != nil {
			return err
		}
	}
	return scanCSV(t.form, dialect, csvVisitor{reject: s.reject, row: func(line int64, cells []string) error {
		values := []driver.Value{t.source.Name, t.collection, line}
		for i, place := range places {
			reason := ""
			switch {
			case cells[place] == "":
				reason = linkColumns[i] + " is empty: a link needs provider, realm and id on both sides"
			case isMangled(cells[place]):
				reason = linkColumns[i] + " is a number that a spreadsheet rounded (1.23E+15): it names nothing"
			}
			if reason != "" {
				return s.reject(rejection{line: line, kind: rejectedLink, reason: reason})
			}
			values = append(values, cells[place])
		}
		if err := s.step(); err != nil {
			return err
		}
		return s.to.AppendRow(values...)
	}})
}
