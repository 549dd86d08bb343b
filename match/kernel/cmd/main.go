// Command cmd is the scorer alone, static and without cgo, for the workers of a cluster: `kernel --spec FILE` reads
// blocks from stdin and writes edges to stdout, `kernel version` names the contract. See package kernel.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/sameas/sameas/match/kernel"
)

// Exit codes, those of sameas.
const (
	exitError = 1
	exitUsage = 64
)

var errUsage = errors.New("usage: kernel --spec FILE < rows > edges, or kernel version")

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: error: %s\n", err)
		if errors.Is(err, errUsage) {
			os.Exit(exitUsage)
		}
		os.Exit(exitError)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("kernel", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	path := flags.String("spec", "", "")
	switch err := flags.Parse(args); {
	case err != nil:
		return fmt.Errorf("%w: %w", err, errUsage)
	case flags.NArg() == 1 && flags.Arg(0) == "version" && *path == "":
		_, err := fmt.Fprintln(out, kernel.Version)
		return err
	case flags.NArg() > 0 || *path == "":
		return errUsage
	}
	spec, err := os.Open(*path)
	if err != nil {
		return err
	}
	defer spec.Close()
	return kernel.Filter(spec, in, out)
}
