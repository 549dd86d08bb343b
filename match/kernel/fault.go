package kernel

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Exit codes of the filter, beside 0: what an engine tells of a task that failed.
const (
	ExitError     = 1  // what went wrong has nothing to do with the contract: a file, a pipe, memory
	ExitUsage     = 64 // the command line is wrong
	ExitRow       = 65 // a row, or a tile, is not as the contract says
	ExitCut       = 66 // the stream ends within a row, or without the mark that ends an Arrow stream
	ExitColumns   = 67 // a row has too many columns or too few; an Arrow stream has others
	ExitCharacter = 68 // a value holds a tab, an end of line or a backslash
	ExitSpec      = 69 // the spec file cannot be read, or cannot be meant
	ExitVersion   = 70 // the spec file is for another kernel than this one
)

// fault is an error with the exit code that tells of its kind.
type fault struct {
	code int
	err  error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

func faultf(code int, format string, args ...any) error {
	return &fault{code, fmt.Errorf(format, args...)}
}

// ExitCode is the code that a filter ends with: 0 for nil, ExitError for an error that is none of Filter's own.
func ExitCode(err error) int {
	var f *fault
	switch {
	case err == nil:
		return 0
	case errors.As(err, &f):
		return f.code
	}
	return ExitError
}

// mostTold is how many bytes of an error are told. Spark keeps the last 2,048 characters of what a process wrote to
// stderr: with a longer message the beginning, which says where it was, would be lost.
const mostTold = 1900

// Line is an error in one line that an engine keeps whole, whatever values it quotes.
func Line(err error) string {
	text := strings.NewReplacer("\r", " ", "\n", " ").Replace(strings.TrimSpace(err.Error()))
	if len(text) <= mostTold {
		return text
	}
	cut := mostTold
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + " ..."
}
