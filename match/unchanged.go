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

// inputs are digests of what a collection's matching hangs on: the rows that it reads, the settings, kept models, and the
// program itself. They are "" where the program cannot be told from another build.
type inputs struct {
	all      string
	evidence string // without the judgements of people and the thresholds that say what to make of scored pairs and change no score
	features string // of the records, the organizations that they refer to, and what is read of each: what normalised values hang on
}

func (m *matching) inputsDigest(ctx context.Context) (inputs, error) {
	all, evidence, features := sha256.New(), sha256.New(), sha256.New()
	both, every := io.MultiWriter(all, evidence), io.MultiWriter(all, evidence, features)
	if err := writeProgram(every); err != nil {
		m.options.Log.Debug("not known which build this is", "error", err)
		return inputs{}, nil
	}
	collection := m.schema.collection
	model, err := json.Marshal(m.options.Models.of(collection))
	if err != nil {
		return inputs{}, fmt.Errorf("model of %s: %w", collection, err)
	}
	fmt.Fprintf(every, "%s\n%s\n", collection, m.schema.version())
	fmt.Fprintf(all, "%s\n", m.configDigest())
	fmt.Fprintf(both, "%s\n%s\n", m.evidenceDigest(), model)
	err = queries.Each(ctx, m.options.DB, "match/003_inputs.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var kind, one, two string
		var held int64
		err := rows.Scan(&kind, &held, &one, &two)
		into := both
		switch kind {
		case "decisions":
			into = all
		case "records", "employers":
			into = every
		}
		fmt.Fprintln(into, kind, held, one, two)
		return err
	})
	return inputs{hex.EncodeToString(all.Sum(nil)), hex.EncodeToString(evidence.Sum(nil)), hex.EncodeToString(features.Sum(nil))}, err
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

// before is what the run before read, and what came of it; nothing where there was none, or its rows are not all there.
type before struct {
	inputs
	summary  string
	warnings int // how many of the model's warnings are the fit's own
}

func (m *matching) loadBefore(ctx context.Context) (b before, err error) {
	args := queries.Args{"collection": m.schema.collection}
	var outputs, held string
	err = queries.One(ctx, m.options.DB, "match/005_inputs_before.sql", args, &b.all, &outputs, &b.summary, &b.evidence, &b.features, &b.warnings)
	if errors.Is(err, sql.ErrNoRows) {
		return before{}, nil
	}
	if err == nil {
		err = queries.One(ctx, m.options.DB, "match/004_outputs.sql", args, &held)
	}
	if err != nil || held != outputs {
		return before{}, err
	}
	return b, nil
}

// unchanged returns what the run before found, if it read the same: the same input gives the same clusters, so there is
// nothing to do.
func (m *matching) unchanged(b before) (summary Summary, same bool) {
	if m.inputs.all == "" || m.inputs.all != b.all || m.options.Budget != (Budget{}) {
		return Summary{}, false
	}
	return summary, json.Unmarshal([]byte(b.summary), &summary) == nil
}

// compareInputs finds what stands of the run before. A budget is held against what blocks would cost, so they are planned.
func (m *matching) compareInputs(b before) {
	m.valuesStand = m.inputs.features != "" && m.inputs.features == b.features
	m.rejudges = m.inputs.evidence != "" && m.inputs.evidence == b.evidence && m.options.Budget == (Budget{})
	if m.rejudges {
		m.ownWarnings = b.warnings
		m.options.Log.Info("only judgements or thresholds changed since the match before: its model and its scored pairs stand", "collection", m.schema.collection)
	}
}

// keepInputs notes what was read and what came of it, when all is written.
func (m *matching) keepInputs(ctx context.Context, summary Summary) error {
	if m.inputs.all == "" {
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
	args["inputs"], args["outputs"], args["summary"] = m.inputs.all, outputs, string(text)
	args["evidence"], args["features"], args["warnings"] = m.inputs.evidence, m.inputs.features, m.ownWarnings
	_, err = queries.Exec(ctx, m.options.DB, "match/121_inputs.sql", args)
	return err
}
