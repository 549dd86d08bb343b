package sandbox

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/google/renameio/v2"
)

// Names of the environment variables that a project's configuration reads the credentials from.
const (
	KeyEnv    = "CONNEC_API_KEY"
	SecretEnv = "CONNEC_API_SECRET"
)

// ConfigFile is the configuration that WriteProject writes into the folder.
const ConfigFile = "sameas.yaml"

//go:embed project.yaml.tmpl
var projectTemplate string

// Project is what a configuration for a generated world says beyond the world's own names. The zero value is the
// default server's.
type Project struct {
	Group           string // of the server
	Provider, Realm string // the application being onboarded
	OtherProvider   string // the application whose IDs its people file and its links know
	OtherRealm      string
}

// WriteProject writes dir/sameas.yaml: the server at url as the source `hub`, the application's own files and known
// links that the generator wrote into dir, and the settings that their plan needs. The url may end in the API's path.
func WriteProject(dir, url string, p Project) error {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&p.Group, DefaultGroup)
	set(&p.Provider, DefaultProvider)
	set(&p.Realm, DefaultRealm)
	set(&p.OtherProvider, OtherProvider)
	set(&p.OtherRealm, OtherRealm)
	t, err := template.New(ConfigFile).Funcs(template.FuncMap{"quote": quoteYAML}).Parse(projectTemplate)
	if err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	endpoint := strings.TrimSuffix(strings.TrimSuffix(url, "/"), apiRoot) + apiRoot
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Endpoint": endpoint, "P": p, "KeyEnv": KeyEnv, "SecretEnv": SecretEnv}); err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(dir, ConfigFile), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write project: %w", err)
	}
	return nil
}

// quoteYAML is the text as a YAML scalar in single quotes, which stays text whatever it looks like.
func quoteYAML(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
