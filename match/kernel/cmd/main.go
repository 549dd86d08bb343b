// Command cmd is the scorer alone, static and without cgo, for the workers of a cluster: `kernel --spec FILE` reads
// blocks from stdin and writes edges to stdout, as lines of columns or, with --format arrow, as Arrow IPC streams;
// `kernel version` names the contract and what it makes of a sample, and then the build. See package kernel.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/sameas/sameas/match/kernel"
)

var errUsage = errors.New("usage: kernel --spec FILE [--format tsv|arrow] < rows > edges, or kernel version")

func main() {
	err := run(os.Args[1:], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "kernel: error: %s\n", kernel.Line(err))
	}
	os.Exit(exitCode(err))
}

func exitCode(err error) int {
	if errors.Is(err, errUsage) {
		return kernel.ExitUsage
	}
	return kernel.ExitCode(err)
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("kernel", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	path, format := flags.String("spec", "", ""), flags.String("format", string(kernel.TSV), "")
	switch err := flags.Parse(args); {
	case err != nil:
		return fmt.Errorf("%w: %w", err, errUsage)
	case flags.NArg() == 1 && flags.Arg(0) == "version" && *path == "":
		_, err := fmt.Fprintf(out, "%s\nbuild %s\n", kernel.Version(), kernel.Build())
		return err
	case flags.NArg() > 0 || *path == "":
		return errUsage
	}
	spec, err := os.Open(*path)
	if err != nil {
		return err
	}
	defer spec.Close()
	return kernel.Filter(kernel.Format(*format), spec, in, out)
}
