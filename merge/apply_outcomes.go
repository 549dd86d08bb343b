package merge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	queries "github.com/sameas/sameas/sql"
)

// loadOutcomes copies what the plan's journal tells of each operation into the workspace.
func loadOutcomes(ctx context.Context, db *sql.DB, plan *PlanReader) error {
	journal := journalPath(plan.path)
	if _, err := os.Stat(journal); errors.Is(err, fs.ErrNotExist) {
		return nil // never applied
	}
	args := queries.Args{"journal": globEscaped(journal), "plan": plan.SHA256(), "undoes": plan.Header().Undoes}
	if _, err := queries.Exec(ctx, db, "merge/outcomes_load.sql", args); err != nil {
		return fmt.Errorf("load the journal into the workspace (the journal itself is whole): %w", err)
	}
	return nil
}

// recordVerification notes in the workspace what verify found, by operation.
func recordVerification(ctx context.Context, db *sql.DB, plan *PlanReader, differences map[string]string) error {
	if err := loadOutcomes(ctx, db, plan); err != nil {
		return err
	}
	return queries.Transact(ctx, db, func(tx *sql.Tx) error {
		if _, err := queries.Exec(ctx, tx, "merge/outcomes_verified.sql", queries.Args{"plan": plan.SHA256()}); err != nil {
			return err
		}
		for _, op := range unionOfKeys(differences, nil) {
			args := queries.Args{"plan": plan.SHA256(), "op": op, "difference": differences[op]}
			if _, err := queries.Exec(ctx, tx, "merge/outcomes_difference.sql", args); err != nil {
				return err
			}
		}
		return nil
	})
}

// globEscaped keeps DuckDB from reading the path as a pattern.
func globEscaped(path string) string {
	var out []rune
	for _, r := range path {
		switch r {
		case '*', '?', '[':
			out = append(out, '[', r, ']')
		default:
			out = append(out, r)
		}
	}
	return string(out)
}
