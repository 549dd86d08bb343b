package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Placeholder stands for a provider or realm that nobody has named yet. An extraction that meets it is in doubt.
const Placeholder = "CHANGE-ME"

// CheckNamed is an error when a source still has the placeholder for the provider or realm of its IDs: what would be
// written with it stays in the hub.
func (c *Config) CheckNamed() error {
	for _, s := range c.Sources {
		if s.ID.Provider == Placeholder || s.ID.Realm == Placeholder {
			return fmt.Errorf("source %s: provider or realm of `id` is still %s: name the application and its account as Connec! knows them, and extract again", s.Name, Placeholder)
		}
	}
	return nil
}

// Draft is a proposed file source, with the reasons that its comments give.
type Draft struct {
	Name, Path, Collection string
	// About are lines on the file as a whole.
	About []string
	ID    IDColumn
	IDWhy string
	// Dates is how its dates are meant, "" when nothing tells; DatesWhy is "" where they leave no doubt.
	Dates, DatesWhy string
	Fields          []DraftEntry
	References      []DraftEntry
	Unmapped        []DraftEntry
}

// DraftEntry is one column: what it is mapped to, "" for nothing, and why.
type DraftEntry struct {
	Key    string
	Column string
	Why    string
}

// The template's lines that the sources stand between.
const (
	beforeSources = "sources:\n"
	afterSources  = "# May two records with different IDs"
)

// WithDrafts is the template with the drafted files for its sources beside the hub, which is there as a comment when nobody
// has said where it is: a file says nothing of it. What it returns loads without an error.
func WithDrafts(drafts []Draft, hub Hub) []byte {
	head, rest, _ := bytes.Cut(template, []byte(beforeSources))
	example, rest, _ := bytes.Cut(rest, []byte("\n  # An application's own records"))
	_, tail, _ := bytes.Cut(rest, []byte(afterSources))
	var b strings.Builder
	b.Write(head)
	b.WriteString(beforeSources)
	for line := range strings.Lines(hub.in(string(example))) {
		if hub != (Hub{}) {
			b.WriteString(line)
			continue
		}
		b.WriteString("  # " + strings.TrimPrefix(strings.TrimPrefix(line, "  "), "# "))
	}
	for _, d := range drafts {
		b.WriteString("\n")
		d.write(&b)
	}
	b.WriteString("\n" + afterSources)
	before, after, _ := strings.Cut(string(tail), "providers:\n")
	_, after, _ = strings.Cut(after, "\n")
	b.WriteString(before + providers(drafts) + after)
	return []byte(b.String())
}

// providers is the list of the drafts' applications, each once.
func providers(drafts []Draft) string {
	var b strings.Builder
	b.WriteString("providers:\n")
	seen := map[string]bool{}
	for _, d := range drafts {
		if provider := quote(d.ID.Provider); !seen[provider] {
			seen[provider] = true
			fmt.Fprintf(&b, "  - {provider: %s, realm: \"*\", distinct: review}\n", provider)
		}
	}
	return b.String()
}

func (d Draft) write(b *strings.Builder) {
	comment := func(indent, text string) {
		fmt.Fprintf(b, "%s# %s\n", indent, strings.NewReplacer("\n", " ", "\r", " ").Replace(text))
	}
	for _, line := range d.About {
		comment("  ", line)
	}
	fmt.Fprintf(b, "  - name: %s\n    type: file\n    path: %s\n    collection: %s\n", quote(d.Name), quote(d.Path), quote(d.Collection))
	if d.ID.Provider == Placeholder || d.ID.Realm == Placeholder {
		comment("    ", "CHANGE-ME: name the application and its account as Connec! knows them (or init --provider --realm)")
	}
	comment("    ", "id: "+d.IDWhy)
	fmt.Fprintf(b, "    id: {provider: %s, realm: %s, column: %s}\n", quote(d.ID.Provider), quote(d.ID.Realm), quote(d.ID.Column))
	switch {
	case d.Dates != "":
		fmt.Fprintf(b, "    dates: %s  # %s\n", d.Dates, d.DatesWhy)
	case d.DatesWhy != "":
		comment("    ", "dates: "+DayFirst+"   # or "+MonthFirst+": "+d.DatesWhy)
	}
	if len(d.Fields) > 0 {
		b.WriteString("    fields:\n")
	}
	for _, f := range d.Fields {
		fmt.Fprintf(b, "      %s: %s  # %s\n", f.Key, quote(f.Column), f.Why)
	}
	if len(d.References) > 0 {
		b.WriteString("    references:\n")
	}
	for _, f := range d.References {
		fmt.Fprintf(b, "      %s: {provider: %s, realm: %s, column: %s}  # %s\n", f.Key, quote(d.ID.Provider), quote(d.ID.Realm), quote(f.Column), f.Why)
	}
	for _, why := range d.reasons() {
		var names []string
		for _, f := range d.Unmapped {
			if f.Why == why {
				names = append(names, quote(f.Column))
			}
		}
		comment("    ", "Not mapped, "+why+": "+strings.Join(names, ", "))
	}
}

// reasons are why columns are not mapped, each once, in the order met.
func (d Draft) reasons() []string {
	var all []string
	for _, f := range d.Unmapped {
		if !slices.Contains(all, f.Why) {
			all = append(all, f.Why)
		}
	}
	return all
}

// quote writes a text as YAML's double-quoted scalar, of which JSON's string is one.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always has a form
	return strings.TrimSuffix(b.String(), "\n")
}
