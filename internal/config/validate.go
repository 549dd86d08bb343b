package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

var (
	sourceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	fieldPath  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$`)
	envName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	// looksSecret is what a key or token looks like when somebody takes key_env for key: mixed or long without an underscore.
	looksSecret = regexp.MustCompile(`[0-9].*[a-z]|[a-z].*[0-9]|^[^_]{24,}$`)
)

// maxConcurrency is how many requests may be under way at once.
const maxConcurrency = 64

// validate finds every problem with the values themselves.
func (c *Config) validate(d *document) {
	if c.Workspace == "" {
		d.at("workspace", "`workspace` must name a file")
	}
	c.validateSources(d)
	c.validateProviders(d)
	c.validateMatch(d)
	c.validateMerge(d)
	c.Engine.validate(d)
}

func (c *Config) validateSources(d *document) {
	if len(c.Sources) == 0 {
		d.at("sources", "`sources` is missing: name at least one place that records come from")
	}
	names := map[string]int{}
	for i, s := range c.Sources {
		at := fmt.Sprintf("sources[%d]", i)
		d.wantOneOf(at+".type", "type", s.Type, []string{TypeConnec, TypeFile, TypeLinks})
		switch {
		case s.Name == "":
			d.at(at, "a source lacks its `name`")
		case !sourceName.MatchString(s.Name):
			d.at(at+".name", "source name %q: use letters, digits, dot, dash and underscore, at most 64", s.Name)
		}
		if first, again := names[s.Name]; again && s.Name != "" {
			d.at(at+".name", "source name %q is taken by source number %d: every source needs its own", s.Name, first+1)
		} else {
			names[s.Name] = i
		}
		validateKeys(d, at, s.Type)
		switch s.Type {
		case TypeConnec:
			validateConnec(d, at, s)
		case TypeFile, TypeLinks:
			validateCollection(d, at+".collection", s.Collection)
			validateDialect(d, at, s)
		}
		if s.Type == TypeFile {
			validateMapping(d, at, s)
		}
	}
}

// keysOf are the keys of a source of that type beyond name and type, those that must be there first.
func keysOf(kind string) (required, optional []string) {
	switch kind {
	case TypeConnec:
		return []string{"endpoint", "group"}, []string{"credentials", "collections", "page_size", "concurrency", "rate", "full_read_hours", "ca_file", "allow_plain_http"}
	case TypeFile:
		return []string{"path", "collection"}, append(dialectKeys(), "dates", "complete", "id", "also_ids", "fields", "references")
	case TypeLinks:
		return []string{"path", "collection"}, dialectKeys()
	}
	return nil, nil
}

// dialectKeys say how a file is written and how many of its rows may be unfit to load.
func dialectKeys() []string { return []string{"encoding", "delimiter", "header_line", "max_rejected"} }

func validateKeys(d *document, at, kind string) {
	required, optional := keysOf(kind)
	if required == nil {
		return
	}
	for _, key := range required {
		if !d.has(at+"."+key) && d.keys[at+"."+key] == nil {
			d.at(at, "a source of type `%s` needs `%s`", kind, key)
		}
	}
	for _, other := range []string{TypeConnec, TypeFile, TypeLinks} {
		moreRequired, moreOptional := keysOf(other)
		for _, key := range slices.Concat(moreRequired, moreOptional) {
			if d.has(at+"."+key) && !slices.Contains(required, key) && !slices.Contains(optional, key) {
				d.atKey(at+"."+key, "`%s` is not a key of sources of type `%s`: remove it", key, kind)
			}
		}
	}
}

func validateConnec(d *document, at string, s Source) {
	if d.has(at + ".endpoint") {
		if err := connec.CheckEndpoint(s.Endpoint, s.AllowPlainHTTP); err != nil {
			d.at(at+".endpoint", "%s", err)
		}
	}
	if d.has(at + ".group") {
		if err := connec.CheckGroup(s.Group); err != nil {
			d.at(at+".group", "%s", err)
		}
	}
	validateCredentials(d, at+".credentials", s.Credentials)
	if len(s.Collections) == 0 {
		d.at(at+".collections", "`collections` is empty: name at least one, such as people")
	}
	for i, name := range s.Collections {
		path := fmt.Sprintf("%s.collections[%d]", at, i)
		validateCollection(d, path, name)
		if slices.Contains(s.Collections[:i], name) {
			d.at(path, "collection `%s` is named twice", name)
		}
	}
	if s.PageSize < 1 || s.PageSize > 1000 {
		d.at(at+".page_size", "`page_size` must be between 1 and 1000")
	}
	if s.Concurrency < 1 || s.Concurrency > maxConcurrency {
		d.at(at+".concurrency", "`concurrency` must be between 1 and %d", maxConcurrency)
	}
	d.wantNotNegative(at+".rate", s.Rate)
	if s.FullReadHours < 0 {
		d.at(at+".full_read_hours", "`full_read_hours` must not be negative: hours since the last full reading, 0 for however many")
	}
}

// validateCredentials wants one place that they come from. The arguments of a command are never printed.
func validateCredentials(d *document, at string, c Credentials) {
	env := c.KeyEnv != "" || c.SecretEnv != "" || d.has(at+".key_env") || d.has(at+".secret_env")
	switch {
	case c.File != "" && len(c.Command) > 0, env && (c.File != "" || len(c.Command) > 0):
		d.at(at, "`credentials` come from one place: name either `key_env` and `secret_env`, or a `file`, or a `command`")
	case env:
		validateEnv(d, at+".key_env", c.KeyEnv)
		validateEnv(d, at+".secret_env", c.SecretEnv)
	case len(c.Command) > 0 && c.Command[0] == "":
		d.at(at+".command", "`command` must begin with a program's name: it is a list such as [pass, show, connec], run without a shell")
	}
	if c.Timeout <= 0 {
		d.at(at+".timeout", "`timeout` must be above 0: the seconds that the command may take")
	}
}

// validateEnv never prints the value: somebody may have put the secret itself there.
func validateEnv(d *document, path, name string) {
	if !envName.MatchString(name) || looksSecret.MatchString(name) {
		d.at(path, "`%s` must be the name of an environment variable, such as CONNEC_API_KEY; if this is the credential itself, remove it from the file", lastKey(path))
	}
}

func validateCollection(d *document, path, name string) {
	if d.has(path) {
		if err := connec.CheckCollection(name); err != nil {
			d.at(path, "%s", err)
		}
	}
}

func validateDialect(d *document, at string, s Source) {
	if d.has(at + ".encoding") {
		if _, err := Encoding(s.Encoding); err != nil {
			d.at(at+".encoding", "%s", err)
		}
	}
	if d.has(at + ".delimiter") {
		if _, err := s.DelimiterByte(); err != nil {
			d.at(at+".delimiter", "%s", err)
		}
	}
	if d.has(at+".dates") && s.Dates != DayFirst && s.Dates != MonthFirst {
		d.at(at+".dates", "`dates` must be %s or %s: how the source writes 3 April 1980, as 03/04/1980 or 04/03/1980", DayFirst, MonthFirst)
	}
	if d.has(at+".header_line") && s.HeaderLine < 1 {
		d.at(at+".header_line", "`header_line` counts the file's lines from 1")
	}
	if s.MaxRejected < 0 || s.MaxRejected > 1 {
		d.at(at+".max_rejected", "`max_rejected` must be between 0 and 1: the share of a file's rows that may be unfit to load")
	}
}

func validateMapping(d *document, at string, s Source) {
	for _, key := range []string{"also_ids", "fields", "references"} {
		if d.has(at+"."+key) && !d.has(at+".id") {
			d.atKey(at+"."+key, "`%s` needs `id`: which column holds the application's own ID of a row", key)
		}
	}
	if d.has(at + ".id") {
		validateIDColumn(d, at+".id", s.ID)
	}
	for i, id := range s.AlsoIDs {
		validateIDColumn(d, fmt.Sprintf("%s.also_ids[%d]", at, i), id)
	}
	for _, path := range sortedKeys(s.Fields) {
		if !fieldPath.MatchString(path) {
			d.at(at+".fields."+path, "field path %q: want a Connec! path such as email.address", path)
		}
		if s.Fields[path] == "" {
			d.at(at+".fields."+path, "field `%s` names no column", path)
		}
	}
	for _, path := range sortedKeys(s.References) {
		validateIDColumn(d, at+".references."+path, s.References[path])
	}
}

func validateIDColumn(d *document, at string, id IDColumn) {
	for _, part := range []struct{ key, value string }{{"provider", id.Provider}, {"realm", id.Realm}, {"column", id.Column}} {
		if strings.TrimSpace(part.value) == "" {
			d.at(at, "`%s` lacks its `%s`", lastKey(at), part.key)
		}
	}
}
