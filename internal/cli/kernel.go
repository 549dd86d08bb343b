package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/match/kernel"
)

func (r *runner) kernelCommand() *cli.Command {
	return &cli.Command{
		Name:      "kernel",
		Usage:     "the scorer as a stream filter, for the workers of a cluster: blocks in, edges out",
		ArgsUsage: "[version]",
		Description: "Reads the rows of blocks from stdin and writes edges, counts and a trailer to stdout, under the contract\n" +
			"that `sameas kernel version` names. match/kernel/cmd is the same alone, static.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "spec", Usage: "`FILE` that holds the model in the kernel's form"}},
		Action: func(c *cli.Context) error {
			switch {
			case c.NArg() == 1 && c.Args().First() == "version" && !c.IsSet("spec"):
				_, err := fmt.Fprintln(r.env.Stdout, kernel.Version)
				return err
			case c.NArg() > 0:
				return usageError(fmt.Errorf("kernel takes no argument but `version`, and that alone; got %q", c.Args().First()))
			case c.String("spec") == "":
				return usageError(errors.New("kernel wants --spec FILE, or `version`"))
			}
			spec, err := os.Open(c.String("spec"))
			if err != nil {
				return err
			}
			defer spec.Close()
			return kernel.Filter(spec, r.env.Stdin, r.env.Stdout)
		},
	}
}
