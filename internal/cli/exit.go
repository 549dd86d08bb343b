package cli

import (
	"context"
	"errors"
)

// Exit codes, the same in every command's help and in the README.
const (
	ExitDone    = 0  // done
	ExitError   = 1  // error
	ExitLook    = 2  // nothing failed, but a person must look
	ExitPartial = 3  // apply or undo skipped, found drifted or failed some operations
	ExitUsage   = 64 // the command line is wrong
)

const exitCodesHelp = `EXIT CODES:
   0   done
   1   error
   2   nothing failed but a person must look: extract and run (verdict in doubt), merge plan and run (review items left),
       merge apply and verify (differences), forecast (twins would be created, may be, or are not known), probe (something stays unknown),
       review --import (unknown records, decisions that contradict each other),
       merge rehearse (an outcome hangs on something unknown)
   3   merge apply or undo skipped, found drifted or failed some operations
   64  usage`

// codeError carries the exit code of what it wraps; err nil means that there is nothing to print.
type codeError struct {
	code int
	err  error
}

func (e *codeError) Error() string {
	if e.err == nil {
		return "a person must look"
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

func usageError(err error) error { return &codeError{ExitUsage, err} }

// exitWith ends the command with the code and no further words: its result has said what there is to say.
func exitWith(code int) error { return &codeError{code: code} }

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var coded *codeError
	switch {
	case err == nil:
		return ExitDone
	case errors.As(err, &coded):
		return coded.code
	}
	return ExitError
}

// printable reports whether there is an error text to show.
func printable(err error) bool {
	var coded *codeError
	return err != nil && !(errors.As(err, &coded) && coded.err == nil)
}

func interrupted(ctx context.Context, err error) bool {
	return err != nil && ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, ctx.Err()))
}
