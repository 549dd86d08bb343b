package config

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxBytes bounds the file: a hundred sources need some tens of kilobytes.
const maxBytes = 4 << 20

// Load reads and checks the file. An error names file, line, column and, for an unknown key or value, the nearest
// valid one; what is wrong with the content is an *Error that lists everything found. A file that is not there is
// an error that wraps fs.ErrNotExist and offers `sameas init`. Relative paths are resolved against the file's folder.
func Load(path string) (*Config, error) {
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	c, err := parse(path, text)
	if err != nil {
		return nil, err
	}
	c.folder = filepath.Dir(path)
	c.resolvePaths()
	return c, nil
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &missingError{path}
	case err != nil:
		return nil, fmt.Errorf("read configuration: %w", err)
	case info.IsDir():
		return nil, fmt.Errorf("read configuration: %s is a folder: name the file with --config", path)
	case info.Size() > maxBytes:
		return nil, fmt.Errorf("read configuration: %s has %d bytes, more than the %d that a configuration may have", path, info.Size(), maxBytes)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return text, nil
}

// missingError says what is missing and how to begin.
type missingError struct{ path string }

func (e *missingError) Error() string {
	return fmt.Sprintf("no configuration: %s is not there; it names the hub, the applications' files and the known links: "+
		"`sameas init` writes a commented one to start from, --config names another", e.path)
}

func (e *missingError) Unwrap() error { return fs.ErrNotExist }

// parse turns the text into a checked configuration with its defaults; paths stay as written.
func parse(path string, text []byte) (*Config, error) {
	root, err := syntax(path, text)
	if err != nil {
		return nil, err
	}
	d := &document{nodes: map[string]ast.Node{}, keys: map[string]ast.Node{}, anchors: map[string]ast.Node{}}
	d.check(root)
	if err := d.found.err(path); err != nil {
		return nil, err
	}
	c := &Config{}
	if err := yaml.NodeToValue(root, c, yaml.Strict()); err != nil {
		return nil, decodeError(path, err)
	}
	c.setDefaults(d)
	c.validate(d)
	if err := d.found.err(path); err != nil {
		return nil, err
	}
	return c, nil
}

// syntax reads the one YAML document of the file; its root is a mapping.
func syntax(path string, text []byte) (ast.Node, error) {
	if !utf8.Valid(text) {
		return nil, &Error{path, []Problem{{Message: "is not UTF-8 text"}}}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, decodeError(path, err)
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			docs = append(docs, d.Body)
		}
	}
	var found findings
	switch {
	case len(docs) == 0:
		found.at(nil, "is empty: move it away and let `sameas init` write a commented one")
	case len(docs) > 1:
		found.at(firstKey(docs[1]), "holds more than one YAML document: keep one")
	default:
		return docs[0], nil
	}
	return nil, found.err(path)
}

// decodeError keeps the place and the words of a YAML error and drops its excerpt of the file, which may be private.
func decodeError(path string, err error) error {
	var y yaml.Error
	if !errors.As(err, &y) {
		return fmt.Errorf("%s: %w", path, err)
	}
	p := Problem{Message: y.GetMessage()}
	if t := y.GetToken(); t != nil && t.Position != nil {
		p.Line, p.Column = t.Position.Line, t.Position.Column
	}
	return &Error{path, []Problem{p}}
}

// setDefaults fills what the file does not say; a zero that stands in the file stays.
func (c *Config) setDefaults(d *document) {
	setDefault(d, "workspace", &c.Workspace, defaultWorkspace)
	for i := range c.Sources {
		s, at := &c.Sources[i], fmt.Sprintf("sources[%d]", i)
		if s.Type != TypeConnec {
			setDefault(d, at+".max_rejected", &s.MaxRejected, defaultMaxRejected)
			continue
		}
		if s.Credentials.File == "" && len(s.Credentials.Command) == 0 {
			setDefault(d, at+".credentials.key_env", &s.Credentials.KeyEnv, defaultKeyEnv)
			setDefault(d, at+".credentials.secret_env", &s.Credentials.SecretEnv, defaultSecretEnv)
		}
		setDefault(d, at+".credentials.timeout", &s.Credentials.Timeout, defaultTimeout)
		setDefault(d, at+".collections", &s.Collections, []string{"organizations", "people"})
		setDefault(d, at+".page_size", &s.PageSize, defaultPageSize)
		setDefault(d, at+".concurrency", &s.Concurrency, defaultConcurrency)
		setDefault(d, at+".rate", &s.Rate, defaultRate)
		setDefault(d, at+".full_read_hours", &s.FullReadHours, defaultFullRead)
	}
	for i := range c.Providers {
		at := fmt.Sprintf("providers[%d]", i)
		setDefault(d, at+".realm", &c.Providers[i].Realm, anyRealm)
		setDefault(d, at+".distinct", &c.Providers[i].Distinct, DistinctReview)
	}
	setDefault(d, "merge.via", &c.Merge.Via, ViaUpsert)
	setDefault(d, "merge.max_share", &c.Merge.MaxShare, defaultMaxShare)
	setDefault(d, "merge.rate", &c.Merge.Rate, defaultMergeRate)
	setDefault(d, "merge.concurrency", &c.Merge.Concurrency, defaultConcurrency)
	setDefault(d, "merge.undo_days", &c.Merge.UndoDays, defaultUndoDays)
	setDefault(d, "merge.behaviour", &c.Merge.Behaviour, defaultBehaviour)
	setDefault(d, "suppress", &c.Suppress, defaultSuppress)
	c.Engine.setDefaults(d)
	_, c.suppressNamed = d.nodes["suppress"]
	_, c.behaviourNamed = d.nodes["merge.behaviour"]
}

func setDefault[T any](d *document, path string, target *T, value T) {
	if _, there := d.nodes[path]; !there {
		*target = value
	}
}

// resolvePaths makes paths relative to the working folder out of paths relative to the file's.
func (c *Config) resolvePaths() {
	resolve := func(p *string) {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(c.folder, *p)
		}
	}
	resolve(&c.Workspace)
	resolve(&c.Merge.Behaviour)
	resolve(&c.Suppress)
	resolve(&c.Engine.Kernel)
	if !c.Engine.IsURI() {
		resolve(&c.Engine.SharedFolder)
	}
	if filepath.Base(c.Engine.Launcher) != c.Engine.Launcher { // a bare name is looked for in PATH
		resolve(&c.Engine.Launcher)
	}
	for i := range c.Sources {
		resolve(&c.Sources[i].Path)
		resolve(&c.Sources[i].CAFile)
		resolve(&c.Sources[i].Credentials.File)
		// A bare name is looked for in PATH, as a shell would.
		if command := c.Sources[i].Credentials.Command; len(command) > 0 && filepath.Base(command[0]) != command[0] {
			resolve(&command[0])
		}
	}
}

// isNumber refuses what YAML calls numbers and no setting can be.
func isNumber(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }
