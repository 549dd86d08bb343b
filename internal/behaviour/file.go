package behaviour

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/renameio/v2"
)

// Format is the version of behaviour.yaml.
const Format = "sameas-behaviour/1"

// maxBytes bounds the file: a probe writes some tens of kilobytes.
const maxBytes = 4 << 20

// File is behaviour.yaml: what was found, and the requests and answers that show it.
type File struct {
	Format   string `yaml:"format" json:"format"`
	Endpoint string `yaml:"endpoint,omitempty" json:"endpoint,omitempty"`
	Group    string `yaml:"group,omitempty" json:"group,omitempty"`
	// Account is the application that asked, provider/realm.
	Account string `yaml:"account,omitempty" json:"account,omitempty"`
	// Mark stands in the name and in every ID of the records that the probe made.
	Mark     string    `yaml:"mark,omitempty" json:"mark,omitempty"`
	ProbedAt time.Time `yaml:"probed_at,omitempty" json:"probed_at"`
	// Findings hold every question, answered or not.
	Findings map[string]Finding `yaml:"findings" json:"findings"`
	// LeftBehind are the records that the probe made and that are still there.
	LeftBehind []Left `yaml:"left_behind,omitempty" json:"left_behind"`
	// Stopped says why the probe ended early; empty when it asked everything.
	Stopped string `yaml:"stopped,omitempty" json:"stopped,omitempty"`
}

// Finding is one question's answer.
type Finding struct {
	Value string `yaml:"value" json:"value"` // Unknown when nothing shows it
	Means string `yaml:"means,omitempty" json:"means,omitempty"`
	// Note says why it stayed unknown, or how far the finding carries.
	Note  string     `yaml:"note,omitempty" json:"note,omitempty"`
	Shown []Exchange `yaml:"shown_by,omitempty" json:"shown_by,omitempty"`
}

// Exchange is one request and its answer. A list is told by its counts and by the probe's own records, never by others'.
type Exchange struct {
	Sent     string `yaml:"sent" json:"sent"`
	Answered string `yaml:"answered" json:"answered"`
}

// Left is a record that stays: the API deletes nothing.
type Left struct {
	Collection string `yaml:"collection" json:"collection"`
	Key        string `yaml:"key" json:"key"`
	State      string `yaml:"state" json:"state"` // INACTIVE, or why it is not
}

// Settings are the values found.
func (f File) Settings() Settings {
	s := Settings{}
	for name, finding := range f.Findings {
		if finding.Value != Unknown {
			s[name] = finding.Value
		}
	}
	return s
}

// Load reads behaviour.yaml. An error names the file, and the line or the finding, and what is wanted there.
func Load(path string) (File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return File{}, fmt.Errorf("read behaviour: %w: `sameas probe` writes it", err)
	case !info.Mode().IsRegular() || info.Size() > maxBytes:
		return File{}, fmt.Errorf("read behaviour: %s is no file that `sameas probe` writes", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return File{}, fmt.Errorf("read behaviour: %w", err)
	}
	f, err := parse(text)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func parse(text []byte) (File, error) {
	var f File
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return File{}, placed(err)
	}
	if f.Format != Format {
		return File{}, fmt.Errorf("format %q: want %s", f.Format, Format)
	}
	for name, finding := range f.Findings {
		q, ok := question(name)
		if !ok {
			return File{}, fmt.Errorf("findings: %q is no question: there are %s", name, strings.Join(names(), ", "))
		}
		if finding.Value == Unknown {
			continue
		}
		if err := q.check(finding.Value); err != nil {
			return File{}, fmt.Errorf("findings: %w", err)
		}
	}
	return f, nil
}

func names() []string {
	var all []string
	for _, q := range Questions() {
		all = append(all, q.Name)
	}
	return all
}

// placed keeps the place and the words of a YAML error.
func placed(err error) error {
	var y yaml.Error
	if !errors.As(err, &y) {
		return err
	}
	if t := y.GetToken(); t != nil && t.Position != nil {
		return fmt.Errorf("%d:%d: %s", t.Position.Line, t.Position.Column, y.GetMessage())
	}
	return errors.New(y.GetMessage())
}

// heading explains the file to who opens it.
const heading = `# What a Connec! API does where its documentation is silent, as sameas probe found it.
# merge plan and merge rehearse read this file (merge.behaviour in sameas.yaml), and so does sandbox serve --behave.
# "unknown" was not shown by any answer: it stays unknown until a request shows it.
`

// Save writes the file, whole or not at all, readable by its owner alone.
func (f File) Save(path string) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("write behaviour: %s is not a regular file", path)
	}
	text, err := yaml.MarshalWithOptions(f, yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return fmt.Errorf("write behaviour: %w", err)
	}
	if err := renameio.WriteFile(path, append([]byte(heading), text...), 0o600); err != nil {
		return fmt.Errorf("write behaviour: %w", err)
	}
	return nil
}
