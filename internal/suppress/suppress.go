// Package suppress is the list of records that must never be created again: each by a keyed digest of an external ID, so
// that the list itself names nobody.
//
// The file holds lines: `key` and the key of the digests, then for each ID its collection, its digest, the day it was added.
// Blank lines and what follows a # are comments. Whoever holds the file can test whether an ID is on it, as sameas does.
package suppress

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/keyhash"
)

// List is a suppress list. The zero List holds nothing.
type List struct {
	key   string
	lines []string // as read, comments and all
	held  map[string]bool
}

const heading = "# sameas: records that must never be created again, by keyed digests of their IDs; `sameas suppress add` adds to it.\n" +
	"# Without its key the list says nothing: keep them together, and keep a copy.\n"

var keyForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Load reads the list. One that is not there is empty, unless it must be.
func Load(path string, must bool) (List, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !must:
		return List{}, nil
	case err != nil:
		return List{}, fmt.Errorf("suppress list: %w", err)
	}
	l := List{held: map[string]bool{}}
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		l.lines = append(l.lines, strings.TrimRight(line, "\r\n"))
		content, _, _ := strings.Cut(line, "#")
		if err := l.take(strings.Fields(content)); err != nil {
			return List{}, fmt.Errorf("%s:%d: %w", path, n, err)
		}
	}
	if len(l.held) > 0 && l.key == "" {
		return List{}, fmt.Errorf("%s has no line `key`: without it the digests name nothing; take the line from a copy of the list", path)
	}
	return l, nil
}

func (l *List) take(words []string) error {
	switch {
	case len(words) == 0:
	case words[0] == "key":
		if len(words) != 2 || !keyForm.MatchString(words[1]) {
			return errors.New("the key has 64 hexadecimal digits: take the line from a copy of the list")
		}
		if l.key != "" {
			return errors.New("a second key: a list has one; add IDs with `sameas suppress add`")
		}
		l.key = words[1]
	case len(words) < 2 || connec.CheckCollection(words[0]) != nil || !keyhash.Is(words[1]):
		return errors.New("want a collection and a digest, such as `people ~3f9a...`: add IDs with `sameas suppress add`")
	default:
		l.held[words[0]+" "+words[1]] = true
	}
	return nil
}

// Holds reports whether the ID is on the list.
func (l List) Holds(collection string, id connec.ExternalID) bool {
	return len(l.held) > 0 && l.held[collection+" "+keyhash.Of(l.key, collection, id.String())]
}

// Len is how many IDs are on the list.
func (l List) Len() int { return len(l.held) }

// Add writes the list anew with those of the IDs that it lacks, and says how many these are.
func (l List) Add(path, collection string, ids []connec.ExternalID, day time.Time) (added int, err error) {
	var b strings.Builder
	for _, line := range l.lines {
		b.WriteString(line + "\n")
	}
	if l.key == "" {
		l.key = keyhash.NewKey()
		b.WriteString(heading + "key " + l.key + "\n")
	}
	seen := map[string]bool{}
	for _, id := range ids {
		entry := collection + " " + keyhash.Of(l.key, collection, id.String())
		if l.held[entry] || seen[entry] {
			continue
		}
		seen[entry] = true
		b.WriteString(entry + " " + day.UTC().Format(time.DateOnly) + "\n")
	}
	if len(seen) == 0 {
		return 0, nil
	}
	if err := renameio.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return 0, fmt.Errorf("write suppress list: %w", err)
	}
	return len(seen), nil
}
