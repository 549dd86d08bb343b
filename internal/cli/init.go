package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// initResult is what `sameas init --json` prints.
type initResult struct {
	Config  string         `json:"config"`
	Hub     bool           `json:"hub"` // it names a hub that was given, not an example
	Sources []draftSummary `json:"sources,omitempty"`
}

// draftSummary is one drafted source: what each column is mapped to and why, and those that are not.
type draftSummary struct {
	Source     string        `json:"source"`
	Path       string        `json:"path"`
	Collection string        `json:"collection"`
	ID         string        `json:"id"`
	Mapped     []draftColumn `json:"mapped"`
	Unmapped   []draftColumn `json:"unmapped"`
	unnamed    bool          // provider or realm is still to be named
}

type draftColumn struct {
	Column string `json:"column"`
	Field  string `json:"field,omitempty"`
	Why    string `json:"why"`
}

func (r *runner) initCommand() *cli.Command {
	return &cli.Command{
		Name:  "init",
		Usage: "write a commented sameas.yaml to start from; --from FILE maps a file's columns",
		Description: "Writes the file that --config names, every key with a comment. A file that is there is left alone, unless --force.\n" +
			"With --from the sources are the files, columns mapped by name and by what their values look like, each with its reason;\n" +
			"columns that fit nothing are listed. `sameas extract --dry-run` shows what comes of it. With --group, and --endpoint where the\n" +
			"hub is not Connec!'s own, the hub is a source, too; its credentials are taken from the environment.",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "from", Usage: "map the columns of `FILE`: CSV, NDJSON, JSON or Parquet; may be given again"},
			&cli.StringFlag{Name: "provider", Usage: "the application that the files' own IDs are of, as Connec! knows it: `NAME`"},
			&cli.StringFlag{Name: "realm", Usage: "its account: `NAME`"},
			&cli.StringFlag{Name: "collection", Usage: "what the files' rows are, such as people or organizations: `NAME` (default: found)"},
			&cli.StringFlag{Name: "endpoint", Usage: "the hub's `URL`, such as https://api-connec.maestrano.com/api/v2"},
			&cli.StringFlag{Name: "group", Usage: "the hub's group_id, as Connec! gave it to the application instance: `ID`"},
			&cli.BoolFlag{Name: "force", Usage: "write over a configuration that is there"},
		},
		Action: r.init,
	}
}

func (r *runner) init(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	path := c.String("config")
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) && !c.Bool("force") {
		return fmt.Errorf("%s is already there: move it away, or name another file with --config", path)
	}
	from := c.StringSlice("from")
	for _, flag := range []string{"provider", "realm", "collection"} {
		if c.IsSet(flag) && len(from) == 0 {
			return usageError(fmt.Errorf("--%s says something of the files of --from: name one", flag))
		}
	}
	hub := config.Hub{Endpoint: c.String("endpoint"), Group: c.String("group")}
	if hub.Endpoint != "" && hub.Group == "" {
		return usageError(errors.New("--endpoint names a hub: name its group, too, with --group"))
	}
	text, result := config.Template(hub), initResult{Config: path, Hub: hub != config.Hub{}}
	if len(from) > 0 {
		drafts, err := draftSources(c, from)
		if err != nil {
			return err
		}
		text, result.Sources = config.WithDrafts(drafts, hub), summaries(drafts)
	}
	if err := renameio.WriteFile(path, text, 0o600); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if result.Hub {
		if _, err := config.Load(path); err != nil {
			return fmt.Errorf("%w; what was given is written all the same: correct it there, or give it anew with --force", err)
		}
	}
	return r.print(c, result, initText(result))
}

// draftSources maps each file, and names its source after it.
func draftSources(c *cli.Context, from []string) ([]config.Draft, error) {
	var drafts []config.Draft
	taken := map[string]bool{}
	for _, path := range from {
		d, err := extract.Propose(c.Context, extract.ProposeOptions{
			Path: path, Collection: c.String("collection"), Provider: placeholder(c.String("provider")), Realm: placeholder(c.String("realm")),
		})
		if err != nil {
			return nil, err
		}
		d.Name = sourceNameOf(path)
		for n := 2; taken[d.Name]; n++ {
			d.Name = fmt.Sprintf("%s-%d", sourceNameOf(path), n)
		}
		taken[d.Name] = true
		if d.Path, err = pathFrom(filepath.Dir(c.String("config")), path); err != nil {
			return nil, err
		}
		drafts = append(drafts, d)
	}
	return drafts, nil
}

func placeholder(name string) string {
	if name == "" {
		return config.Placeholder
	}
	return name
}

// notOfName are the characters that a source's name does not have.
var notOfName = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// sourceNameOf is a file's name without its extensions, as a source may be called.
func sourceNameOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(filepath.Base(path), "."), ".")
	name = strings.Trim(notOfName.ReplaceAllString(name, "-"), "-_")
	if name == "" {
		return "file"
	}
	return name[:min(len(name), 48)]
}

// pathFrom is the path as the configuration in that folder names it.
func pathFrom(folder, path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	base, err := filepath.Abs(folder)
	if err != nil {
		return "", err
	}
	relative, err := filepath.Rel(base, absolute)
	if err != nil {
		return absolute, nil // on another volume
	}
	return filepath.ToSlash(relative), nil
}

func summaries(drafts []config.Draft) []draftSummary {
	var all []draftSummary
	for _, d := range drafts {
		s := draftSummary{Source: d.Name, Path: d.Path, Collection: d.Collection, ID: d.ID.Column, Mapped: []draftColumn{}, Unmapped: []draftColumn{},
			unnamed: d.ID.Provider == config.Placeholder || d.ID.Realm == config.Placeholder}
		for _, e := range append(append([]config.DraftEntry{}, d.Fields...), d.References...) {
			s.Mapped = append(s.Mapped, draftColumn{e.Column, e.Key, e.Why})
		}
		for _, e := range d.Unmapped {
			s.Unmapped = append(s.Unmapped, draftColumn{Column: e.Column, Why: e.Why})
		}
		all = append(all, s)
	}
	return all
}

func initText(result initResult) string {
	var b strings.Builder
	fmt.Fprintf(&b, "wrote %s\n", result.Config)
	if len(result.Sources) == 0 {
		b.WriteString("next: edit its sources and take out what you do not have, export CONNEC_API_KEY and CONNEC_API_SECRET, then `sameas extract`;\nor let `sameas init --force --from FILE` map your files")
		return b.String()
	}
	for _, s := range result.Sources {
		fmt.Fprintf(&b, "%s: %s, %d columns mapped, rows named by %q\n", s.Path, s.Collection, len(s.Mapped), s.ID)
		var names []string
		for _, u := range s.Unmapped {
			names = append(names, u.Column)
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, "  not mapped: %s\n", strings.Join(names, ", "))
		}
	}
	b.WriteString("next: read it")
	if slices.ContainsFunc(result.Sources, func(s draftSummary) bool { return s.unnamed }) {
		b.WriteString(", name provider and realm where it says " + config.Placeholder)
	}
	if !result.Hub {
		b.WriteString(", take the # from the hub's lines and fill them in (or init --force with --group)")
	}
	b.WriteString(", look with `sameas extract --dry-run`, export CONNEC_API_KEY and CONNEC_API_SECRET, then `sameas extract`")
	return b.String()
}
