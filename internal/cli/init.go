package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
)

func (r *runner) initCommand() *cli.Command {
	return &cli.Command{
		Name:        "init",
		Usage:       "write a commented sameas.yaml to start from",
		Description: "Writes the file that --config names, every key with a comment. A file that is there is left alone.",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			path := c.String("config")
			if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s is already there: move it away, or name another file with --config", path)
			}
			if err := renameio.WriteFile(path, config.Template(), 0o600); err != nil {
				return fmt.Errorf("write configuration: %w", err)
			}
			return r.print(c, map[string]string{"config": path},
				"wrote "+path+"\nnext: edit its sources, set the credentials' environment variables, then `sameas extract`")
		},
	}
}
