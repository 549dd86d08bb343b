package extract

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
)

// linkColumns are the columns of a crosswalk, in the order of the table links.
var linkColumns = [6]string{"left_provider", "left_realm", "left_id", "right_provider", "right_realm", "right_id"}

// readLinks reads a crosswalk into staged_links, each line with its number.
func (x *extraction) readLinks(ctx context.Context, t *task) error {
	err := x.conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppender(raw.(driver.Conn), "temp", "main", "staged_links")
		if err != nil {
			return fmt.Errorf("append to staged_links: %w", err)
		}
		if err := appendLinks(ctx, t, appender); err != nil {
			_ = appender.Close()
			return err
		}
		return appender.Close()
	})
	if err != nil {
		return err
	}
	x.Progress(t.stage(), t.rows, t.rows)
	return x.keepFingerprint(ctx, t)
}

func appendLinks(ctx context.Context, t *task, to *duckdb.Appender) (err error) {
	path := t.source.Path
	var places [len(linkColumns)]int
	begin := func(h csvHeader) error {
		for i, column := range linkColumns {
			if places[i], err = h.index(path, column); err != nil {
				return err
			}
		}
		return nil
	}
	t.rows, err = scanCSV(path, begin, func(line int, row []string) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		values := []driver.Value{t.source.Name, t.collection, int64(line)}
		for i, place := range places {
			if row[place] == "" {
				return fmt.Errorf("%s line %d: %s is empty: a link needs provider, realm and id on both sides", path, line, linkColumns[i])
			}
			values = append(values, row[place])
		}
		return to.AppendRow(values...)
	})
	return err
}
