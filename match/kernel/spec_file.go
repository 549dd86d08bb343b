package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Version names the contract that this kernel keeps; the package comment says what it is.
const Version = "sameas-kernel/1"

// kindNames are the kinds as a spec file names them.
var kindNames = []string{"given", "family", "date", "email", "phone", "street", "city", "code", "exact", "orgname", "text", "employer"}

// String is the kind's name in a spec file.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// specFile is a spec as a file holds it: a Spec with the texts of terms in the place of numbers, and the shape of the
// rows that it goes with.
type specFile struct {
	Contract string      `json:"contract"`
	Rules    int         `json:"rules"`
	Apart    int         `json:"apart"`
	Fields   []fieldFile `json:"fields"`
	Caps     []int32     `json:"caps"`
	Within   []int       `json:"within"`
	Prior    int32       `json:"prior"`
	Priors   []int32     `json:"priors,omitempty"`
	Keep     int32       `json:"keep"`
	Count    bool        `json:"count"`
}

type fieldFile struct {
	Kind  string           `json:"kind"`
	Bits  []int32          `json:"bits,omitempty"`
	Terms map[string]int32 `json:"terms,omitempty"` // that a term is not named says 0
	Group int              `json:"group"`
	Lent  int              `json:"lent"`
	Swap  int              `json:"swap"`
}

// WriteSpec writes a spec over a set as the file that Filter reads. The same spec gives the same bytes.
func WriteSpec(w io.Writer, spec *Spec, set *Set) error {
	file := specFile{Contract: Version, Rules: set.RuleCount(), Apart: len(set.Apart), Caps: spec.Caps, Within: spec.Within,
		Prior: spec.Prior, Priors: spec.Priors, Keep: spec.Keep, Count: spec.Count}
	for f := range spec.Fields {
		field := &spec.Fields[f]
		out := fieldFile{Kind: field.Kind.String(), Bits: field.Bits, Group: field.Group, Lent: field.Lent, Swap: field.Swap}
		if field.Terms != nil {
			out.Terms = map[string]int32{}
			for term, units := range field.Terms {
				if units != 0 {
					out.Terms[set.Dictionaries[f].Term(uint32(term))] = units
				}
			}
		}
		file.Fields = append(file.Fields, out)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(file)
}

// readSpec reads a spec file and refuses one that cannot be meant.
func readSpec(r io.Reader) (*specFile, *Spec, error) {
	var file specFile
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, nil, fmt.Errorf("spec: %w", err)
	}
	if file.Contract != Version {
		return nil, nil, fmt.Errorf("spec: its contract is %q, that of this kernel is %s", file.Contract, Version)
	}
	spec := &Spec{Caps: file.Caps, Within: file.Within, Prior: file.Prior, Priors: file.Priors, Keep: file.Keep, Count: file.Count}
	for f, in := range file.Fields {
		kind := slices.Index(kindNames, in.Kind)
		if kind < 0 {
			return nil, nil, fmt.Errorf("spec: field %d: no kind %q: there are %v", f, in.Kind, kindNames)
		}
		spec.Fields = append(spec.Fields, Field{Kind: Kind(kind), Bits: in.Bits, Group: in.Group, Lent: in.Lent, Swap: in.Swap, rarest: in.rarest()})
	}
	if err := errors.Join(file.check(), spec.Check()); err != nil {
		return nil, nil, fmt.Errorf("spec: %w", err)
	}
	return &file, spec, nil
}

func (s *specFile) check() error {
	switch {
	case s.Rules < 1 || s.Rules > maxRules:
		return fmt.Errorf("%d rules, want 1 to %d", s.Rules, maxRules)
	case s.Apart < 0:
		return fmt.Errorf("%d columns of what is kept apart", s.Apart)
	}
	return nil
}

// maxRules is how many blocking rules a count can name.
const maxRules = 32

// Check reports the first thing in a spec that the kernel could not work with.
func (s *Spec) Check() error {
	n := s.strata()
	switch {
	case len(s.Fields) == 0 || len(s.Fields) > MaxFields:
		return fmt.Errorf("%d fields, want 1 to %d", len(s.Fields), MaxFields)
	case len(s.Caps) > maxGroups || len(s.Caps) != len(s.Within):
		return fmt.Errorf("%d caps and %d wider groups, want as many of each and %d at most", len(s.Caps), len(s.Within), maxGroups)
	case n*n != len(s.Priors):
		return fmt.Errorf("%d priors, want one for each two strata", len(s.Priors))
	}
	for g, wider := range s.Within {
		if wider != NoGroup && (wider <= g || wider >= len(s.Caps)) {
			return fmt.Errorf("group %d: the wider group %d is none that comes later", g, wider)
		}
	}
	for f := range s.Fields {
		if err := s.checkField(f); err != nil {
			return fmt.Errorf("field %d: %w", f, err)
		}
	}
	return nil
}

func (s *Spec) checkField(f int) error {
	field := &s.Fields[f]
	if want := len(field.Kind.Levels()); field.Bits != nil && len(field.Bits) != want {
		return fmt.Errorf("%d weights, want one for each of the %d levels of %s", len(field.Bits), want, field.Kind)
	}
	for _, group := range []int{field.Group, field.Lent} {
		if group < NoGroup || group >= len(s.Caps) {
			return fmt.Errorf("no group %d: there are %d", group, len(s.Caps))
		}
	}
	if field.Swap < 0 {
		return nil
	}
	if field.Swap <= f || field.Swap >= len(s.Fields) || field.Kind != Given || s.Fields[field.Swap].Kind != Family {
		return fmt.Errorf("swap %d: only a given name may be exchanged, with a family name that comes later", field.Swap)
	}
	return nil
}

// rarest is the most that the frequency of a value adds.
func (f *fieldFile) rarest() (most int32) {
	for _, units := range f.Terms {
		most = max(most, units)
	}
	return most
}
