// Package cli is the command line: one command a file, flags and wiring, no SQL and no loops over records.
package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/mask"
)

// Version is the tool's own; it stands in plans, reports and workspaces.
const Version = "0.1.0"

// Env is what a run takes from outside.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
}

// Run runs one command line and returns its exit code. Results go to Stdout, all else to Stderr.
func Run(ctx context.Context, args []string, env Env) int {
	r := &runner{env: env}
	app := r.app()
	err := app.RunContext(ctx, permute(app, helpAsked(app.Commands, args)))
	if interrupted(ctx, err) {
		err = fmt.Errorf("interrupted: what was done is kept; run the same command again to go on")
	}
	if printable(err) {
		fmt.Fprintf(env.Stderr, "sameas: error: %s\n", r.maskedError(err))
	}
	return exitCode(err)
}

// helpAsked makes of `help COMMAND`, of any depth, what everybody means by it. What names no command stays, to be refused.
func helpAsked(commands []*cli.Command, args []string) []string {
	if len(args) < 2 || args[1] != "help" {
		return args
	}
	asked := append([]string{args[0]}, args[2:]...)
	for _, name := range args[2:] {
		at := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(name) })
		if at < 0 {
			return asked
		}
		commands = commands[at].Subcommands
	}
	return append(asked, "--help")
}

func newApp(env Env) *cli.App { return (&runner{env: env}).app() }

func (r *runner) app() *cli.App {
	env := r.env
	app := &cli.App{
		Name:                      "sameas",
		Usage:                     "find which records are the same before onboarding to Connec!, and write that down so that nothing is created twice",
		Version:                   Version,
		Writer:                    env.Stdout,
		ErrWriter:                 env.Stderr,
		Flags:                     append(globalFlags(), helpFlag(), versionFlag()),
		Commands:                  r.commands(),
		HideHelpCommand:           true,
		HideHelp:                  true,
		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              onUsageError,
		Action:                    r.noCommand,
		CustomAppHelpTemplate:     cli.AppHelpTemplate + "\n" + exitCodesHelp + "\n",
	}
	eachCommand(app.Commands, func(c *cli.Command) {
		c.OnUsageError = onUsageError
		c.HideHelpCommand, c.HideHelp = true, true
		if len(c.Subcommands) > 0 {
			c.Action = r.noCommand
			c.Flags = append(c.Flags, helpFlag())
			return
		}
		c.Flags = append(append(c.Flags, globalFlags()...), helpFlag())
		c.Before = r.beginMasking
	})
	return app
}

func eachCommand(commands []*cli.Command, f func(*cli.Command)) {
	for _, c := range commands {
		f(c)
		eachCommand(c.Subcommands, f)
	}
}

// globalFlags are made anew for each command: the parser keeps state in them.
func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Value: "sameas.yaml", Usage: "configuration `FILE`", Category: "Global"},
		&cli.StringFlag{Name: "workspace", Usage: "workspace `FILE` (default: the configuration's)", Category: "Global"},
		&cli.StringFlag{Name: "log-format", Value: "text", Usage: "`FORMAT` of what goes to stderr: text or json", Category: "Global"},
		&cli.BoolFlag{Name: "quiet", Usage: "no progress, no notes: errors only", Category: "Global"},
		&cli.BoolFlag{Name: "verbose", Usage: "log every step, too, and each statement of an extraction with its seconds", Category: "Global"},
		&cli.BoolFlag{Name: "mask", Usage: "hide the values of records in what is printed, logged and reported: equal values get one stand-in, IDs stay", Category: "Global"},
		&cli.BoolFlag{Name: "json", Usage: "print the result as JSON", Category: "Global"},
	}
}

// helpFlag and versionFlag stand for the library's own, which are one variable for all apps of a process and are
// written to at every run.
func helpFlag() cli.Flag {
	return &cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "show help", DisableDefaultText: true}
}

func versionFlag() cli.Flag {
	return &cli.BoolFlag{Name: "version", Aliases: []string{"v"}, Usage: "print the version", DisableDefaultText: true}
}

func onUsageError(_ *cli.Context, err error, _ bool) error {
	return usageError(fmt.Errorf("%w (see --help)", err))
}

// noCommand answers a call without a command, or with one that does not exist.
func (r *runner) noCommand(c *cli.Context) error {
	if c.Bool("version") {
		cli.ShowVersion(c)
		return nil
	}
	if c.Args().Present() {
		names := make([]string, 0, len(c.App.Commands))
		list := c.App.Commands
		if c.Command != nil && len(c.Command.Subcommands) > 0 {
			list = c.Command.Subcommands
		}
		for _, cmd := range list {
			if !cmd.Hidden {
				names = append(names, cmd.Name)
			}
		}
		return usageError(fmt.Errorf("no command %q: there are %s", c.Args().First(), strings.Join(names, ", ")))
	}
	if c.Command != nil && len(c.Command.Subcommands) > 0 && c.Command.Name != c.App.Name {
		return cli.ShowSubcommandHelp(c)
	}
	return cli.ShowAppHelp(c)
}

// runner holds what every command needs.
type runner struct {
	env Env
	// mask hides the values of records in all that is told; nil hides none.
	mask *mask.Masker
}

func (r *runner) commands() []*cli.Command {
	return []*cli.Command{
		r.demoCommand(),
		r.initCommand(),
		r.extractCommand(),
		r.matchCommand(),
		r.explainCommand(),
		r.evaluateCommand(),
		r.compareCommand(),
		r.reviewCommand(),
		r.mergeCommand(),
		r.forecastCommand(),
		r.probeCommand(),
		r.reportCommand(),
		r.runCommand(),
		r.purgeCommand(),
		r.suppressCommand(),
		r.kernelCommand(),
		r.sandboxCommand(),
	}
}

func (r *runner) logger(c *cli.Context) (*slog.Logger, error) {
	level := slog.LevelInfo
	switch {
	case c.Bool("verbose"):
		level = slog.LevelDebug
	case c.Bool("quiet"):
		level = slog.LevelError
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: r.maskedAttribute}
	switch c.String("log-format") {
	case "json":
		return slog.New(slog.NewJSONHandler(r.env.Stderr, options)), nil
	case "text":
		options.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return r.maskedAttribute(groups, a)
		}
		return slog.New(slog.NewTextHandler(r.env.Stderr, options)), nil
	}
	return nil, usageError(fmt.Errorf("--log-format %q: want text or json", c.String("log-format")))
}

// print writes a result: as JSON when asked for, else as text; masked if that was asked for.
func (r *runner) print(c *cli.Context, result any, text string) error {
	return r.write(c, r.mask, result, text)
}

// printMasked writes a result that hides what it must already.
func (r *runner) printMasked(c *cli.Context, result any, text string) error {
	return r.write(c, nil, result, text)
}

func (r *runner) write(c *cli.Context, m *mask.Masker, result any, text string) error {
	if !c.Bool("json") {
		_, err := io.WriteString(r.env.Stdout, m.Text(strings.TrimRight(text, "\n"))+"\n")
		return err
	}
	var document bytes.Buffer
	enc := json.NewEncoder(&document)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(result); err != nil {
		return err
	}
	_, err := r.env.Stdout.Write(m.Lines(document.Bytes()))
	return err
}

// noArguments refuses positional arguments where a command takes none.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usageError(fmt.Errorf("%s takes no argument, got %q", c.Command.HelpName, c.Args().First()))
	}
	return nil
}

var errTooManyArguments = errors.New("too many arguments")
