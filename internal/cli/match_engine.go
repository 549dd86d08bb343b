package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/match/spark"
)

// sparkSuffix makes the folder of Spark's jobs, beside the workspace, out of its path.
const sparkSuffix = ".spark"

func engineFlag() cli.Flag {
	return &cli.StringFlag{Name: "engine", Usage: "compare the pairs by `NAME`: embedded, or spark, as the configuration's engine says; the result is the same"}
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
