package config

import (
	"bytes"
	_ "embed"
)

//go:embed template.yaml
var template []byte

// Template is what `sameas init` writes: every key with a comment. It loads without an error.
func Template() []byte { return bytes.Clone(template) }
