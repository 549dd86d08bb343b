// Package evidence is a pair's waterfall: pure data and arithmetic, one function for match, the terminal, JSON and
// reports, so that no two views of a pair can disagree.
//
// The weights are those of Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969): log2(m/u) per field and
// level, summed with the prior's log-odds.
package evidence

import (
	"math"
	"strconv"
)

// Missing is the level of a field that one of two records lacks: no evidence, 0 bits.
const Missing = 0

// Level is one outcome of comparing a field.
type Level struct {
	Name string  `json:"name"` // missing, exact, close, related, different ...
	M    float64 `json:"m"`    // probability of the level among matches
	U    float64 `json:"u"`    // probability of the level among non-matches
	Bits float64 `json:"bits"` // log2(m/u), as used (floored, made monotonic)
	// MLinks and MEM are what m would be of must-linked pairs alone, and of EM on candidate pairs alone; 0 with no such pair.
	MLinks float64 `json:"m_links"`
	MEM    float64 `json:"m_em"`
	From   string  `json:"from"` // where m comes from: links, EM, default
}

// Field is one compared field of a model.
type Field struct {
	Name   string  `json:"name"`
	Label  string  `json:"label"` // as a person reads it
	Group  string  `json:"group"` // correlated evidence is summed and capped by group; "" is a group of its own
	TF     bool    `json:"tf"`    // adjusted by the frequency of its values
	Levels []Level `json:"levels"`
	// Rare is what a value adds that two records at most have, in bits, where frequency adjusts.
	Rare float64 `json:"rare_bits,omitempty"`
	// Lent is the group that the field counts in when the field Owner is at its last level, and Group is "": a mailbox
	// is one person's own, unless the given names differ: then a family shares it.
	Lent  string `json:"lent,omitempty"`
	Owner string `json:"owner,omitempty"`
	// Personal evidence is about the person or organization itself, not about its household or workplace.
	Personal bool `json:"personal"`
	// Links and Matches are how many must-linked pairs, and expected matches among the candidates, have both values.
	Links   float64 `json:"links"`
	Matches float64 `json:"matches"`
}

// Prior is the prior of pairs of two sources.
type Prior struct {
	Left    string  `json:"left"`
	Right   string  `json:"right"`
	Bits    float64 `json:"bits"`
	Pairs   float64 `json:"pairs"`   // that no ID keeps apart
	Matches float64 `json:"matches"` // expected among the candidates
}

// Group is correlated evidence whose sum is capped. A group may stand within a wider one: what its cap leaves counts
// towards the wider group's sum. Groups are listed before those they stand within.
type Group struct {
	Name   string  `json:"name"`
	Cap    float64 `json:"cap"`              // bits; the group's sum never exceeds it
	Within string  `json:"within,omitempty"` // the wider group; "" for none
}

// Thresholds are probabilities.
type Thresholds struct {
	Auto   float64 `json:"auto"`
	Review float64 `json:"review"`
	Attach float64 `json:"attach"`
}

// Model is a fitted model of one collection.
type Model struct {
	Collection string     `json:"collection"`
	Spec       string     `json:"spec"`             // version of fields and normalisation
	Prior      float64    `json:"prior_bits"`       // of all pairs
	Priors     []Prior    `json:"priors,omitempty"` // of each two sources, where there are several
	Fields     []Field    `json:"fields"`
	Groups     []Group    `json:"groups"`
	Thresholds Thresholds `json:"thresholds"`
	Trained    string     `json:"trained"`  // how it was made, in words
	Warnings   []string   `json:"warnings"` // what a person must know before trusting it
}

// Step is one field's part of a waterfall.
type Step struct {
	Field string `json:"field"`
	Label string `json:"label"`
	Group string `json:"group,omitempty"`
	Level string `json:"level"`
	Left  string `json:"left"` // as compared: normalised
	Right string `json:"right"`
	// LeftGiven and RightGiven are the values as their sources gave them, for display; "" where nobody looked them up.
	LeftGiven  string  `json:"left_given,omitempty"`
	RightGiven string  `json:"right_given,omitempty"`
	M          float64 `json:"m"`
	U          float64 `json:"u"`
	Base       float64 `json:"base_bits"` // log2(m/u)
	TF         float64 `json:"tf_bits"`   // term-frequency adjustment
	Bits       float64 `json:"bits"`      // what counts: base + tf, less what the group's cap took
	Capped     float64 `json:"capped_bits,omitempty"`
}

// Held is what the cap of one group of correlated fields took from a waterfall.
type Held struct {
	Group string  `json:"group"`
	Cap   float64 `json:"cap_bits"`
	Sum   float64 `json:"sum_bits"`  // of the group's steps, what narrower groups had taken left out
	Bits  float64 `json:"held_bits"` // Sum - Cap
}

// Waterfall is the whole reason of a pair: Prior plus the sum of the steps' Bits is Total, exactly in this order. The
// steps' Capped add up to the bits in Held.
type Waterfall struct {
	Prior       float64 `json:"prior_bits"`
	Steps       []Step  `json:"steps"`
	Held        []Held  `json:"held_back,omitempty"`
	Total       float64 `json:"total_bits"`
	Probability float64 `json:"probability"`
}

// Explain builds the waterfall of a pair from its comparison pattern: one level and one term-frequency adjustment per
// field of the model, in the model's order, and the values as a person reads them. tf, left and right may be nil. The prior
// is that of all pairs.
func (m *Model) Explain(levels []uint8, tf []float64, left, right []string) Waterfall {
	return m.ExplainFrom(m.Prior, levels, tf, left, right)
}

// PriorOf is the prior of a pair of two sources.
func (m *Model) PriorOf(left, right string) float64 {
	for _, p := range m.Priors {
		if p.Left == left && p.Right == right || p.Left == right && p.Right == left {
			return p.Bits
		}
	}
	return m.Prior
}

// From moves the waterfall to another prior: that of a stored pair is what its weight and its steps leave.
func (w Waterfall) From(prior float64) Waterfall {
	w.Total += prior - w.Prior
	w.Prior = prior
	w.Probability = Probability(w.Total)
	return w
}

// ExplainFrom is Explain with the pair's own prior.
func (m *Model) ExplainFrom(prior float64, levels []uint8, tf []float64, left, right []string) Waterfall {
	w := Waterfall{Steps: make([]Step, 0, len(m.Fields))}
	m.ExplainInto(&w, prior, levels, tf, left, right)
	return w
}

// ExplainInto is ExplainFrom for many pairs: it writes over what w held, in the memory that w has.
func (m *Model) ExplainInto(w *Waterfall, prior float64, levels []uint8, tf []float64, left, right []string) {
	*w = Waterfall{Prior: prior, Steps: w.Steps[:0], Held: w.Held[:0]}
	for i := range m.Fields {
		f := &m.Fields[i]
		level := &f.Levels[levels[i]]
		s := Step{Field: f.Name, Label: f.Label, Group: f.Group, Level: level.Name, M: level.M, U: level.U,
			Base: level.Bits, Left: at(left, i), Right: at(right, i)}
		if tf != nil {
			s.TF = tf[i]
		}
		s.Bits = s.Base + s.TF
		if f.Lent != "" && m.differs(f.Owner, levels) {
			s.Group = f.Lent
		}
		w.Steps = append(w.Steps, s)
	}
	m.capGroups(w)
	w.Total = w.Prior
	for i := range w.Steps {
		w.Total += w.Steps[i].Bits
	}
	w.Probability = Probability(w.Total)
}

// differs reports whether a field is at its last level, disagreement.
func (m *Model) differs(name string, levels []uint8) bool {
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Name == name {
			return int(levels[i]) == len(f.Levels)-1
		}
	}
	return false
}

// capGroups takes from each capped group, last field first, what its sum has over the cap.
func (m *Model) capGroups(w *Waterfall) {
	for _, g := range m.Groups {
		over := -g.Cap
		for i := range w.Steps {
			if s := &w.Steps[i]; s.Bits != 0 && m.inside(s.Group, g.Name) {
				over += s.Bits
			}
		}
		if over > 0 {
			w.Held = append(w.Held, Held{Group: g.Name, Cap: g.Cap, Sum: over + g.Cap, Bits: over})
		}
		for i := len(w.Steps) - 1; i >= 0 && over > 0; i-- {
			if s := &w.Steps[i]; s.Bits > 0 && m.inside(s.Group, g.Name) {
				taken := math.Min(s.Bits, over)
				s.Capped += taken
				s.Bits -= taken
				over -= taken
			}
		}
	}
}

// inside reports whether a group is the other one, or stands within it.
func (m *Model) inside(group, wider string) bool {
	for range len(m.Groups) + 1 {
		if group == wider {
			return true
		}
		next := ""
		for _, g := range m.Groups {
			if g.Name == group {
				next = g.Within
			}
		}
		if next == "" {
			return false
		}
		group = next
	}
	return false
}

func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return ""
}

// Probability is that of a total weight in bits.
func Probability(bits float64) float64 { return 1 / (1 + math.Exp2(-bits)) }

// Bits is the total weight of a probability, the inverse of Probability.
func Bits(p float64) float64 { return math.Log2(p / (1 - p)) }

// Line is the waterfall in one line: "prior -11.2; Surname exact +9.1 (tf +1.2); E-mail different -2.0".
func (w *Waterfall) Line() string { return string(w.AppendLine(nil)) }

// AppendLine appends Line.
func (w *Waterfall) AppendLine(line []byte) []byte {
	line = appendSigned(append(line, "prior "...), w.Prior)
	for i := range w.Steps {
		s := &w.Steps[i]
		if s.Level == "missing" {
			continue
		}
		line = append(line, "; "...)
		line = append(line, s.Label...)
		line = append(line, ' ')
		line = append(line, s.Level...)
		line = appendSigned(append(line, ' '), s.Bits)
		if s.TF != 0 {
			line = append(appendSigned(append(line, " (tf "...), s.TF), ')')
		}
		if s.Capped != 0 {
			line = append(appendSigned(append(line, " (capped "...), -s.Capped), ')')
		}
	}
	return line
}

// Signed writes bits with their sign and one decimal; what rounds to nothing is +0.0.
func Signed(bits float64) string { return string(appendSigned(nil, bits)) }

func appendSigned(line []byte, bits float64) []byte {
	start := len(line)
	line = strconv.AppendFloat(append(line, '+'), bits, 'f', 1, 64)
	switch text := line[start+1:]; {
	case text[0] != '-':
		return line
	case string(text) == "-0.0":
		return append(line[:start], "+0.0"...)
	default:
		return append(line[:start], text...)
	}
}
