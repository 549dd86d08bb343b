package config

import (
	"bytes"
	_ "embed"
	"strings"
)

//go:embed template.yaml
var template []byte

// Template is what `sameas init` writes: every key with a comment. It loads without an error.
func Template(hub Hub) []byte { return []byte(hub.in(string(bytes.Clone(template)))) }

// Hub is where the hub is; the zero value stands for the template's example.
type Hub struct {
	Endpoint string // URL
	Group    string // the group_id that Connec! gave the application instance
}

// in puts the hub into the template, or a part of it.
func (h Hub) in(text string) string {
	if h.Endpoint != "" {
		text = strings.Replace(text, "endpoint: https://api-connec.maestrano.com/api/v2", "endpoint: "+quote(h.Endpoint), 1)
	}
	if h.Group != "" {
		text = strings.Replace(text, "group: cld-1234", "group: "+quote(h.Group), 1)
	}
	return text
}
