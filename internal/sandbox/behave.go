package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/sameas/sameas/internal/behaviour"
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

// choice is one question of the behaviour package, and the field that holds its answer.
type choice struct {
	behaviour.Question
	field func(*Behave) *string
}

// choices are the questions that have words for answers; page-max is a number.
func choices() []choice {
	fields := map[string]func(*Behave) *string{
		behaviour.MultiMatch:         func(b *Behave) *string { return &b.MultiMatch },
		behaviour.PostAddsIDs:        func(b *Behave) *string { return &b.PostAddsIDs },
		behaviour.HeldID:             func(b *Behave) *string { return &b.HeldID },
		behaviour.GetAmbiguous:       func(b *Behave) *string { return &b.GetAmbiguous },
		behaviour.ForeignID:          func(b *Behave) *string { return &b.ForeignID },
		behaviour.UnmatchedReference: func(b *Behave) *string { return &b.UnmatchedReference },
		behaviour.MergeMovesIDs:      func(b *Behave) *string { return &b.MergeMovesIDs },
		behaviour.Order:              func(b *Behave) *string { return &b.Order },
	}
	var all []choice
	for _, q := range behaviour.Questions() {
		if field := fields[q.Name]; field != nil {
			all = append(all, choice{q, field})
		}
	}
	return all
}

// BehaveUsage names every setting with its values, the default first.
func BehaveUsage() string {
	var parts []string
	for _, c := range choices() {
		parts = append(parts, c.Name+"="+strings.Join(c.Values(), "|"))
	}
	return strings.Join(append(parts, behaviour.PageMax+"=N"), ",")
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
	if name == behaviour.PageMax {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return fmt.Errorf("behave: page-max %q: want a whole number of at least 1", value)
		}
		b.PageMax = n
		return nil
	}
	for _, c := range choices() {
		if c.Name != name {
			continue
		}
		if !slices.Contains(c.Values(), value) {
			return fmt.Errorf("behave: %s %q: want %s", name, value, strings.Join(c.Values(), ", "))
		}
		*c.field(b) = value
		return nil
	}
	return fmt.Errorf("behave: unknown setting %q: want %s", name, BehaveUsage())
}

// BehaveAs is the behaviour of a server of which that much is known; what is unknown has its default.
func BehaveAs(known behaviour.Settings) (Behave, error) { return ParseBehave(known.String()) }

// String is the text that ParseBehave reads, every setting in it.
func (b Behave) String() string {
	b = b.withDefaults()
	var parts []string
	for _, c := range choices() {
		parts = append(parts, c.Name+"="+*c.field(&b))
	}
	if b.PageMax > 0 {
		parts = append(parts, "page-max="+strconv.Itoa(b.PageMax))
	}
	return strings.Join(parts, ",")
}

func (b Behave) withDefaults() Behave {
	for _, c := range choices() {
		if field := c.field(&b); *field == "" {
			*field = c.Values()[0]
		}
	}
	return b
}

func (b Behave) check() error {
	for _, c := range choices() {
		if err := b.set(c.Name, *c.field(&b)); err != nil {
			return err
		}
	}
	if b.PageMax < 0 {
		return fmt.Errorf("behave: page-max %d: want at least 1", b.PageMax)
	}
	return nil
}

// consulted keeps which of the undocumented behaviours an answer has depended on so far: every other setting would have
// given the same answers to the same requests.
type consulted struct{ bits atomic.Uint32 }

func (c *consulted) note(name string) {
	for i, q := range behaviour.Questions() {
		if q.Name == name {
			c.bits.Or(1 << i)
			return
		}
	}
}

// Consulted are the names of the settings that an answer has depended on since the server was made, in the order of
// the questions. What the server was not asked for cannot have made a difference.
func (s *Server) Consulted() []string {
	bits := s.consulted.bits.Load()
	var names []string
	for i, q := range behaviour.Questions() {
		if bits&(1<<i) != 0 {
			names = append(names, q.Name)
		}
	}
	return names
}
