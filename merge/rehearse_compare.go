package merge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/behaviour"
)

// compare finds the operations whose outcome hangs on an unknown: of two settings that differ in one value alone the
// runs that stand for them end differently. An operation that a run did not reach, or that was skipped because another
// one did not succeed, tells nothing of itself.
func (x *rehearsal) compare() error {
	on := make([]uint16, len(x.order)) // by operation: bits of the questions
	for _, run := range x.runs {
		for i, q := range behaviour.Questions() {
			value := run.fixed[q.Name]
			if value == "" {
				continue
			}
			for _, other := range settingsOf(q.Name) {
				if other == value {
					continue
				}
				if sibling := x.standsFor(run.fixed, q.Name, other); sibling != nil {
					x.differ(on, run, sibling, 1<<i)
				}
			}
		}
	}
	return x.plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		if bits := on[x.order[op.ID]]; bits != 0 {
			x.result.Depends = append(x.result.Depends, x.dependent(op, bits))
		}
		return nil
	})
}

// standsFor is the run that stands for the settings with one value changed; nil when it was not made. What the settings
// leave open has the first value.
func (x *rehearsal) standsFor(fixed behaviour.Settings, name, value string) *rehearsedRun {
	want := fixed.With(name, value)
	for _, run := range x.runs {
		agrees := true
		for name, v := range run.fixed {
			w := want[name]
			if w == "" {
				w = settingsOf(name)[0]
			}
			agrees = agrees && v == w
		}
		if agrees {
			return run
		}
	}
	return nil
}

func (x *rehearsal) differ(on []uint16, a, b *rehearsedRun, bit uint16) {
	for i := range on {
		if a.ends[i] != b.ends[i] && x.tells(a.ends[i]) && x.tells(b.ends[i]) && anyRecord(x.texts[a.ends[i]]) != anyRecord(x.texts[b.ends[i]]) {
			on[i] |= bit
		}
	}
}

// tells reports whether the outcome says something of the operation itself.
func (x *rehearsal) tells(end uint32) bool {
	return end != 0 && !strings.HasPrefix(x.texts[end], OutcomeSkipped+"\x00")
}

var anyUUID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// anyRecord is the text without the UUIDs that the sandbox gave: a run that makes more records gives others.
func anyRecord(text string) string { return anyUUID.ReplaceAllString(text, "UUID") }

func (x *rehearsal) dependent(op Operation, bits uint16) DependentOperation {
	d := DependentOperation{Op: op.ID, Type: op.Type, Collection: op.Collection, Target: op.Target, On: []string{},
		Outcomes: []RehearsedOutcome{}}
	for i, q := range behaviour.Questions() {
		if bits&(1<<i) != 0 {
			d.On = append(d.On, q.Name)
		}
	}
	d.Marked = !slices.ContainsFunc(d.On, func(name string) bool { return !marks(op, name) })
	var seen []uint32
	for _, run := range x.runs {
		end := run.ends[x.order[op.ID]]
		if !x.tells(end) || slices.Contains(seen, end) {
			continue
		}
		seen = append(seen, end)
		outcome, detail, _ := strings.Cut(x.texts[end], "\x00")
		settings := behaviour.Settings{}
		for _, name := range d.On {
			if v := run.fixed[name]; v != "" {
				settings[name] = v
			}
		}
		d.Outcomes = append(d.Outcomes, RehearsedOutcome{settings, outcome, detail})
	}
	return d
}

// marks reports whether the plan says that the operation's outcome hangs on the question.
func marks(op Operation, name string) bool {
	if name == behaviour.ForeignID && hasHazard(op, HazardForeignID) {
		return true
	}
	return slices.ContainsFunc(op.Hazards, func(h Hazard) bool { return h.Name == HazardOutcomeUnknown && strings.Contains(h.Text, "("+name+")") })
}
