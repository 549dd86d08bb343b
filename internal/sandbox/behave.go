package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Behave says what the server does where the public record is silent. An empty field means the first value of its list.
type Behave struct {
	// MultiMatch: which record a POST updates whose IDs match several: first, newest, or error (409).
	MultiMatch string
	// PostAddsIDs: whether a POST that updates a record adds the IDs it lacks: true or false.
	PostAddsIDs string
	// HeldID: what a write does with an ID that another record holds: share it, move it, or error (409).
	HeldID string
	// GetAmbiguous: what a GET by an ID of several records answers: first, newest, or error (409).
	GetAmbiguous string
	// ForeignID: what becomes of an ID that is not of the credentials' application: accept, drop, or 403.
	ForeignID string
	// UnmatchedReference: a reference whose IDs name no record is dropped, an error (400), or a record to create.
	UnmatchedReference string
	// MergeMovesIDs: whether Connec!'s own merge moves IDs and references to the record kept: true or false.
	MergeMovesIDs string
	// PageMax is the greatest $top granted; 0 means the server's own.
	PageMax int
	// Order: whether records that sort equal come in the same order in each request: stable or unstable.
	Order string
}

// choice is one name of ParseBehave with its values; the first is the default.
type choice struct {
	name   string
	values []string
	field  func(*Behave) *string
}

func choices() []choice {
	return []choice{
		{"multi-match", []string{"first", "newest", "error"}, func(b *Behave) *string { return &b.MultiMatch }},
		{"post-adds-ids", []string{"true", "false"}, func(b *Behave) *string { return &b.PostAddsIDs }},
		{"held-id", []string{"share", "move", "error"}, func(b *Behave) *string { return &b.HeldID }},
		{"get-ambiguous", []string{"first", "newest", "error"}, func(b *Behave) *string { return &b.GetAmbiguous }},
		{"foreign-id", []string{"accept", "drop", "403"}, func(b *Behave) *string { return &b.ForeignID }},
		{"unmatched-reference", []string{"drop", "error", "create"}, func(b *Behave) *string { return &b.UnmatchedReference }},
		{"merge-moves-ids", []string{"true", "false"}, func(b *Behave) *string { return &b.MergeMovesIDs }},
		{"order", []string{"stable", "unstable"}, func(b *Behave) *string { return &b.Order }},
	}
}

// BehaveUsage names every setting with its values, the default first.
func BehaveUsage() string {
	var parts []string
	for _, c := range choices() {
		parts = append(parts, c.name+"="+strings.Join(c.values, "|"))
	}
	return strings.Join(append(parts, "page-max=N"), ",")
}

// ParseBehave reads name=value pairs separated by commas; what is not named has its default.
func ParseBehave(text string) (Behave, error) {
	b := Behave{}.withDefaults()
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if err := b.set(name, value); err != nil {
			return Behave{}, err
		}
	}
	return b, nil
}

func (b *Behave) set(name, value string) error {
	if name == "page-max" {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return fmt.Errorf("behave: page-max %q: want a whole number of at least 1", value)
		}
		b.PageMax = n
		return nil
	}
	for _, c := range choices() {
		if c.name != name {
			continue
		}
		if !slices.Contains(c.values, value) {
			return fmt.Errorf("behave: %s %q: want %s", name, value, strings.Join(c.values, ", "))
		}
		*c.field(b) = value
		return nil
	}
	return fmt.Errorf("behave: unknown setting %q: want %s", name, BehaveUsage())
}

// String is the text that ParseBehave reads, every setting in it.
func (b Behave) String() string {
	b = b.withDefaults()
	var parts []string
	for _, c := range choices() {
		parts = append(parts, c.name+"="+*c.field(&b))
	}
	if b.PageMax > 0 {
		parts = append(parts, "page-max="+strconv.Itoa(b.PageMax))
	}
	return strings.Join(parts, ",")
}

func (b Behave) withDefaults() Behave {
	for _, c := range choices() {
		if field := c.field(&b); *field == "" {
			*field = c.values[0]
		}
	}
	return b
}

func (b Behave) check() error {
	for _, c := range choices() {
		if err := b.set(c.name, *c.field(&b)); err != nil {
			return err
		}
	}
	if b.PageMax < 0 {
		return fmt.Errorf("behave: page-max %d: want at least 1", b.PageMax)
	}
	return nil
}
