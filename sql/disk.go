package queries

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// DiskError says that the disk under the workspace is full, over its quota, holds no files of that size, or may not be
// written. What was not committed is not in the workspace; what was is.
type DiskError struct{ err error }

// Error is the engine's own words, and what to do.
func (e *DiskError) Error() string {
	return fmt.Sprintf("%v: make room on the disk of the workspace, or make it writable, and run the same command again", e.err)
}

// Unwrap is what the engine said.
func (e *DiskError) Unwrap() error { return e.err }

// diskFailures are the system's words for it: the engine hands them on as text, without the error number.
var diskFailures = [...]string{"No space left on device", "Disk quota exceeded", "File too large", "Read-only file system"}

// named is the error of the step, and of the disk where it comes from there. What was interrupted is context.Canceled,
// whether the driver or the engine was the first to say so: nothing but a context that ended interrupts a statement.
func named(step string, err error) error {
	var engine *duckdb.Error
	if errors.As(err, &engine) && engine.Type == duckdb.ErrorTypeInterrupt {
		return fmt.Errorf("%s: %w (%w)", step, context.Canceled, err)
	}
	err = fmt.Errorf("%s: %w", step, err)
	for _, words := range diskFailures {
		if strings.Contains(err.Error(), words) {
			return &DiskError{err}
		}
	}
	return err
}
