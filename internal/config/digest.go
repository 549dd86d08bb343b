package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
)

// Stages whose part of the configuration Digest covers.
const (
	StageExtract = "extract"
	StageMatch   = "match"
	StagePlan    = "plan"
)

// Digest is a hex SHA-256 over what the stage (extract, match or plan) takes from the configuration, so that a stage
// can tell that its results were made under other settings. What cannot change a result is left out: rates, page
// size, concurrency, names of environment variables, and the folder that the file lies in.
func (c *Config) Digest(stage string) string {
	part := map[string]any{"stage": stage}
	switch stage {
	case StageExtract:
		sources := c.digestSources()
		for i := range sources {
			sources[i].Complete = false // what it says is for match
		}
		part["sources"] = sources
	case StagePlan:
		m := c.Merge
		m.Rate, m.Concurrency, m.Batch = 0, 0, 0
		part["merge"] = m
		fallthrough
	default:
		part["sources"] = c.digestSources()
		part["providers"] = c.Providers
		part["match"] = c.digestMatch()
	}
	// Maps are written with sorted keys, structs in the order of their fields: the text is canonical.
	text, err := json.Marshal(part)
	if err != nil {
		text = []byte(fmt.Sprintf("%s: %v", stage, err)) // only a NaN set by hand gets here; validation refuses it
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (c *Config) digestSources() []Source {
	sources := make([]Source, len(c.Sources))
	for i, s := range c.Sources {
		s.Credentials, s.PageSize, s.Concurrency, s.Rate = Credentials{}, 0, 0, 0
		if rel, err := filepath.Rel(c.folder, s.Path); err == nil && s.Path != "" {
			s.Path = filepath.ToSlash(rel)
		}
		sources[i] = s
	}
	return sources
}

// digestMatch fills the thresholds in, so that a default written out is no other setting.
func (c *Config) digestMatch() map[string]MatchRules {
	rules := make(map[string]MatchRules, len(c.Match))
	for name, r := range c.Match {
		r.Thresholds = c.Thresholds(name)
		rules[name] = r
	}
	return rules
}
