package match

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	queries "github.com/sameas/sameas/sql"
)

// inputsDigest is that of all that the collection's matching hangs on: the rows that it reads, the settings, kept models,
// and the program itself. It is "" where the program cannot be told from another build.
func (m *matching) inputsDigest(ctx context.Context) (string, error) {
	h := sha256.New()
	if err := writeProgram(h); err != nil {
		m.options.Log.Debug("not known which build this is", "error", err)
		return "", nil
	}
	collection := m.schema.collection
	model, err := json.Marshal(m.options.Models.of(collection))
	if err != nil {
		return "", fmt.Errorf("model of %s: %w", collection, err)
	}
	fmt.Fprintf(h, "%s\n%s\n%s\n", collection, m.configDigest(), model)
	err = queries.Each(ctx, m.options.DB, "match/003_inputs.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var kind, one, two string
		var held int64
		err := rows.Scan(&kind, &held, &one, &two)
		fmt.Fprintln(h, kind, held, one, two)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// writeProgram writes what tells this build from others: what it was built of, and its file's size and time, which tell
// apart two builds of a source that was not committed.
func writeProgram(w io.Writer) error {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("the program holds no build information")
	}
	path, err := os.Executable()
	if err != nil {
		return err
	}
	file, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, build, file.Size(), file.ModTime().UnixNano())
	return nil
}

// unchanged returns what the run before found, if it read the same and its rows are all there: the same input gives the
// same clusters, so there is nothing to do.
func (m *matching) unchanged(ctx context.Context) (summary Summary, same bool, err error) {
	args := queries.Args{"collection": m.schema.collection}
	var inputs, before, outputs, text string
	err = queries.One(ctx, m.options.DB, "match/005_inputs_before.sql", args, &inputs, &before, &text)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (m.inputs == "" || inputs != m.inputs) {
		return Summary{}, false, nil
	}
	if err == nil {
		err = queries.One(ctx, m.options.DB, "match/004_outputs.sql", args, &outputs)
	}
	if err != nil || outputs != before {
		return Summary{}, false, err
	}
	if err := json.Unmarshal([]byte(text), &summary); err != nil {
		return Summary{}, false, nil
	}
	return summary, true, nil
}

// keepInputs notes what was read and what came of it, when all is written.
func (m *matching) keepInputs(ctx context.Context, summary Summary) error {
	if m.inputs == "" {
		return nil
	}
	text, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	args := queries.Args{"collection": m.schema.collection}
	var outputs string
	if err := queries.One(ctx, m.options.DB, "match/004_outputs.sql", args, &outputs); err != nil {
		return err
	}
	args["inputs"], args["outputs"], args["summary"] = m.inputs, outputs, string(text)
	_, err = queries.Exec(ctx, m.options.DB, "match/121_inputs.sql", args)
	return err
}
