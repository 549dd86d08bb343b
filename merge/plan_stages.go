package merge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// Errors of WritePlan that say which stage must run first.
var (
	// ErrNoMatch says that nothing was matched yet.
	ErrNoMatch = errors.New("nothing has been matched: run `sameas match` first")
	// ErrStaleMatch says that something was extracted after the match.
	ErrStaleMatch = errors.New("extraction is newer than the match: run `sameas match` again")
)

// stageDigests are what the stages before the plan left behind, by collection.
type stageDigests struct {
	extract map[string]string
	match   map[string]string
	matched map[string]string // the extraction's digest that the match was made from
}

func readStages(ctx context.Context, db *sql.DB) (stageDigests, error) {
	d := stageDigests{extract: map[string]string{}, match: map[string]string{}, matched: map[string]string{}}
	err := queries.Each(ctx, db, "merge/plan_stages.sql", nil, func(rows *sql.Rows) error {
		var stage, collection, digest, input string
		if err := rows.Scan(&stage, &collection, &digest, &input); err != nil {
			return err
		}
		if stage == "extract" {
			d.extract[collection] = digest
			return nil
		}
		d.match[collection], d.matched[collection] = digest, input
		return nil
	})
	return d, err
}

// collections are the matched ones, in the order of their dependency levels.
func (d stageDigests) collections() []string { return inLevels(slices.Collect(maps.Keys(d.match))) }

// stale is the first collection whose match was not made from its current extraction, or "".
func (d stageDigests) stale() string {
	for _, c := range d.collections() {
		if d.matched[c] != d.extract[c] {
			return c
		}
	}
	return ""
}

func (d stageDigests) state() string {
	switch {
	case len(d.match) == 0:
		return MatchMissing
	case d.stale() != "":
		return MatchStale
	}
	return MatchCurrent
}

// check is nil when a plan may be made.
func (d stageDigests) check() error {
	if len(d.match) == 0 {
		return ErrNoMatch
	}
	if c := d.stale(); c != "" {
		return fmt.Errorf("%s: %w", c, ErrStaleMatch)
	}
	return nil
}

// digestOf is one hex SHA-256 over the digests of all collections, whatever the order they were found in.
func digestOf(byCollection map[string]string) string {
	var b strings.Builder
	for _, c := range slices.Sorted(maps.Keys(byCollection)) {
		fmt.Fprintf(&b, "%s %s\n", c, byCollection[c])
	}
	return digestText(b.String())
}

func digestText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
