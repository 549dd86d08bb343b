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
			"that the first line of `sameas kernel version` names; what stands there behind the plus sign is equal for two\n" +
			"kernels that compare alike. match/kernel/cmd is the same alone, static.\n\n" +
			"Exit codes of its own: 65 a row or tile is not as the contract says; 66 the stream is cut; 67 a row has too many\n" +
			"columns or too few; 68 a value holds a tab, an end of line or a backslash; 69 the spec file is wrong; 70 the spec\n" +
			"file is for a kernel of another version. With any code but 0 there is no trailer, and one line on stderr.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "spec", Usage: "`FILE` that holds the model in the kernel's form"},
			&cli.StringFlag{Name: "format", Usage: "of both streams: tsv, lines of columns, or arrow, the Arrow IPC streaming `FORMAT`", Value: string(kernel.TSV)},
		},
		Action: func(c *cli.Context) error {
			switch {
			case c.NArg() == 1 && c.Args().First() == "version" && !c.IsSet("spec") && !c.IsSet("format"):
				_, err := fmt.Fprintf(r.env.Stdout, "%s\nbuild %s\n", kernel.Version(), kernel.Build())
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
			if err := kernel.Filter(kernel.Format(c.String("format")), spec, r.env.Stdin, r.env.Stdout); err != nil {
				return &codeError{kernel.ExitCode(err), errors.New(kernel.Line(err))}
			}
			return nil
		},
	}
}
