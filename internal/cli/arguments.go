package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// permute puts every flag right behind the command's name and the positional arguments last, so that flags work
// before and after both; the flag package alone stops at the first positional argument. What it does not know it
// leaves in order, for the parser to complain about.
func permute(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	var path, flags, rest []string
	commands, known := app.Commands, app.Flags
	leaf := false
	for i := 1; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(arg) > 1 && arg[0] == '-' {
			flags = append(flags, arg)
			if takesValue(app, known, arg) && i+1 < len(args) {
				i++
				flags = append(flags, args[i])
			}
			continue
		}
		if c := find(commands, arg); c != nil && !leaf {
			path = append(path, arg)
			commands, known = c.Subcommands, c.Flags
			leaf = len(commands) == 0
			continue
		}
		leaf = true
		rest = append(rest, arg)
	}
	out := append([]string{args[0]}, path...)
	out = append(out, flags...)
	if slices.ContainsFunc(rest, func(s string) bool { return strings.HasPrefix(s, "-") }) {
		out = append(out, "--")
	}
	return append(out, rest...)
}

func find(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// takesValue reports whether the flag consumes the next argument. A flag that stands before its command's name is
// looked up in the whole tree, since only there is it known by then.
func takesValue(app *cli.App, known []cli.Flag, arg string) bool {
	name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	if hasValue {
		return false
	}
	if f := findFlag(known, name); f != nil {
		return !isBool(f)
	}
	if f := findFlag(app.Flags, name); f != nil {
		return !isBool(f)
	}
	f := findInTree(app.Commands, name)
	return f != nil && !isBool(f)
}

func findInTree(commands []*cli.Command, name string) cli.Flag {
	for _, c := range commands {
		if f := findFlag(c.Flags, name); f != nil {
			return f
		}
		if f := findInTree(c.Subcommands, name); f != nil {
			return f
		}
	}
	return nil
}

func findFlag(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func isBool(f cli.Flag) bool {
	_, ok := f.(*cli.BoolFlag)
	return ok
}
