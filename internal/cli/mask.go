package cli

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/mask"
	queries "github.com/sameas/sameas/sql"
)

// beginMasking has all that is told masked if --mask asks for it: by a key of this run alone, until a workspace with its
// own key is open.
func (r *runner) beginMasking(c *cli.Context) error {
	if c.Bool("mask") {
		r.mask = mask.New(mask.NewKey())
	}
	return nil
}

// maskBy takes the workspace's key, so that stand-ins are the same in all that is told of it.
func (r *runner) maskBy(ctx context.Context, db *sql.DB) error {
	if r.mask == nil {
		return nil
	}
	key, err := queries.MaskKey(ctx, db, mask.NewKey())
	if err == nil {
		r.mask = mask.New(key).Knowing(func() (*mask.Known, error) { return knownValues(context.WithoutCancel(ctx), db) })
	}
	return err
}

// knownValues are those of the workspace's records.
func knownValues(ctx context.Context, db *sql.DB) (*mask.Known, error) {
	known := mask.NewKnown()
	err := queries.Each(ctx, db, "mask/known_values.sql", nil, func(rows *sql.Rows) error {
		var value sql.NullString
		err := rows.Scan(&value)
		known.Add(value.String)
		return err
	})
	return known, err
}

// maskWhileOpen looks at the error while the workspace is open that knows what must be hidden in it.
func (r *runner) maskWhileOpen(err error) error {
	if err != nil {
		r.maskedError(err)
	}
	return err
}

// masked changes the session's workspace, which must not be written any more, for one that shows no value of a record.
func (r *runner) masked(ctx context.Context, s *session) error {
	if r.mask == nil {
		return nil
	}
	var there bool
	if err := queries.One(ctx, s.db, "mask/hub_words.sql", nil, &there); err != nil {
		return err
	}
	if there {
		r.mask.Know()
	}
	if err := s.db.Close(); err != nil {
		return err
	}
	db, err := queries.OpenMasked(ctx, s.path, queries.Masks{Value: r.mask.Value, Text: r.mask.Text, JSON: r.mask.JSON, Plan: r.mask.Plan})
	if err != nil {
		return err
	}
	s.db = db
	return nil
}

// maskedError is the error's text; what a user typed is not masked.
func (r *runner) maskedError(err error) string {
	text := strings.TrimRight(err.Error(), "\n")
	var coded *codeError
	if errors.As(err, &coded) && coded.code == ExitUsage {
		return text
	}
	return r.mask.Text(text)
}

// maskedAttribute masks the texts of a log line.
func (r *runner) maskedAttribute(_ []string, a slog.Attr) slog.Attr {
	if r.mask == nil {
		return a
	}
	switch v := a.Value.Any().(type) {
	case string:
		a.Value = slog.StringValue(r.mask.Text(v))
	case error:
		a.Value = slog.StringValue(r.mask.Text(v.Error()))
	}
	return a
}
