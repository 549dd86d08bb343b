package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/match/kernel"
	"github.com/sameas/sameas/match/spark"
)

// sparkSuffix makes the folder of Spark's jobs, beside the workspace, out of its path.
const sparkSuffix = ".spark"

func engineFlag() cli.Flag {
	return &cli.StringFlag{Name: "engine", Usage: "compare the pairs by `NAME`: embedded, or spark, as the configuration's engine says; the result is the same"}
}

// laterEngine is made when pairs are to be compared: where judgements alone changed none are, and no Spark need be there.
type laterEngine struct {
	make   func(ctx context.Context) (match.Engine, error)
	engine match.Engine
}

// Scan makes the engine and has it compare the pairs.
func (l *laterEngine) Scan(ctx context.Context, name string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, progress func(done, total int64)) (kernel.Result, error) {
	if l.engine == nil {
		engine, err := l.make(ctx)
		if err != nil {
			return kernel.Result{}, err
		}
		l.engine = engine
	}
	return l.engine.Scan(ctx, name, set, spec, blocks, progress)
}

// matchEngine is what compares the pairs: the named engine, or the configuration's; nil compares them here.
func (r *runner) matchEngine(ctx context.Context, s *session, name string) (match.Engine, error) {
	if name == "" {
		name = s.config.Engine.Type
	}
	switch name {
	case config.EngineEmbedded:
		return nil, nil
	case config.EngineSpark:
	default:
		return nil, usageError(fmt.Errorf("--engine %q: want %s or %s", name, config.EngineEmbedded, config.EngineSpark))
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	engine, err := spark.New(ctx, spark.Options{DB: s.db, Engine: s.config.Engine, Folder: s.path + sparkSuffix, Self: self, Log: s.log})
	if err != nil {
		return nil, err
	}
	return engine, nil
}
