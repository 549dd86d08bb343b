package cli

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// session is what a stage's command works with: the configuration and the open workspace.
type session struct {
	config   *config.Config
	path     string  // of the workspace
	db       *sql.DB // masked by masked
	log      *slog.Logger
	progress *progress
	close    func()
}

// open loads the configuration and opens its workspace; create makes the workspace when it is not there.
func (r *runner) open(ctx context.Context, c *cli.Context, create bool) (*session, error) {
	log, err := r.logger(c)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(c.String("config"))
	if err != nil {
		return nil, err
	}
	path := cfg.Workspace
	if w := c.String("workspace"); w != "" {
		path = filepath.Clean(w)
	}
	db, err := queries.Open(ctx, path, queries.Options{Create: create, ToolVersion: Version})
	if err != nil {
		return nil, err
	}
	if err := r.maskBy(ctx, db); err != nil {
		_ = db.Close()
		return nil, err
	}
	p := newProgress(r.env.Stderr, c.Bool("quiet") || c.String("log-format") == "json")
	s := &session{config: cfg, path: path, db: db, log: log, progress: p}
	s.close = func() {
		p.Close()
		_ = s.db.Close()
	}
	return s, nil
}

// stage is a command's action on an open session.
func (r *runner) stage(create bool, f func(ctx context.Context, c *cli.Context, s *session) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		s, err := r.open(c.Context, c, create)
		if err != nil {
			return err
		}
		defer s.close()
		return r.maskWhileOpen(f(c.Context, c, s))
	}
}

// bareStage is a stage that takes no positional argument; one is refused before anything is opened.
func (r *runner) bareStage(create bool, f func(ctx context.Context, c *cli.Context, s *session) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		if err := noArguments(c); err != nil {
			return err
		}
		return r.stage(create, f)(c)
	}
}
