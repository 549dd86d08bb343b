package kernel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// kindNames are the kinds as a spec file names them.
var kindNames = []string{"given", "family", "date", "email", "phone", "street", "city", "code", "exact", "orgname", "text", "employer"}

// String is the kind's name in a spec file.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// specFile is a spec as a file holds it: a Spec without what is each value's own, which the rows bring along, and the shape
// of these rows.
type specFile struct {
	Contract string      `json:"contract"`
	Version  string      `json:"version,omitempty"` // of the kernel that wrote it; "" = any
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
	Kind  string  `json:"kind"`
	Bits  []int32 `json:"bits,omitempty"`
	Most  *int32  `json:"most,omitempty"` // the most that the frequency of a value adds; nil: it does not count
	Group int     `json:"group"`
	Lent  int     `json:"lent"`
	Swap  int     `json:"swap"`
}

// WriteSpec writes a spec over a set as the file that Filter reads, for kernels of this one's version. The same spec
// gives the same bytes.
func WriteSpec(w io.Writer, spec *Spec, set *Set) error {
	file := specFile{Contract: Contract, Version: Version(), Rules: set.RuleCount(), Apart: len(set.Apart), Caps: spec.Caps, Within: spec.Within,
		Prior: spec.Prior, Priors: spec.Priors, Keep: spec.Keep, Count: spec.Count}
	for f := range spec.Fields {
		field := &spec.Fields[f]
		out := fieldFile{Kind: field.Kind.String(), Bits: field.Bits, Group: field.Group, Lent: field.Lent, Swap: field.Swap}
		if field.Terms != nil {
			out.Most = new(mostOf(field.Terms))
		}
		file.Fields = append(file.Fields, out)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(file)
}

// readSpec reads a spec file and refuses one that is for another kernel, or that cannot be meant.
func readSpec(r io.Reader) (*specFile, *Spec, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, nil, err
	}
	if err := checkVersion(text); err != nil {
		return nil, nil, err
	}
	file := &specFile{}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(file); err != nil {
		return nil, nil, faultf(ExitSpec, "spec: %w", err)
	}
	spec, err := file.spec()
	if err != nil {
		return nil, nil, faultf(ExitSpec, "spec: %w", err)
	}
	return file, spec, nil
}

// checkVersion refuses a spec for another kernel, before anything else of it is read: that may be new.
func checkVersion(text []byte) error {
	var wants struct{ Contract, Version string }
	switch err := json.Unmarshal(text, &wants); {
	case len(bytes.TrimSpace(text)) == 0:
		return faultf(ExitSpec, "spec: the file is empty")
	case err != nil:
		return faultf(ExitSpec, "spec: %w", err)
	case wants.Contract != Contract:
		return faultf(ExitVersion, "spec: its contract is %q, that of this kernel is %s: put the kernel that came with the sameas at home in this one's place", wants.Contract, Contract)
	case wants.Version != "" && wants.Version != Version():
		return faultf(ExitVersion, "spec: it is for the kernel %q, this one is %s (%s) and would compare otherwise: put the kernel that came with the sameas at home in its place", wants.Version, Version(), Build())
	}
	return nil
}

// spec is what the file says, terms aside: they are numbered as their texts come in.
func (s *specFile) spec() (*Spec, error) {
	spec := &Spec{Caps: s.Caps, Within: s.Within, Prior: s.Prior, Priors: s.Priors, Keep: s.Keep, Count: s.Count}
	for f, in := range s.Fields {
		kind := slices.Index(kindNames, in.Kind)
		if kind < 0 {
			return nil, fmt.Errorf("field %d: no kind %q: there are %v", f, in.Kind, kindNames)
		}
		field := Field{Kind: Kind(kind), Bits: in.Bits, Group: in.Group, Lent: in.Lent, Swap: in.Swap}
		if in.Most != nil {
			field.rarest = *in.Most
		}
		spec.Fields = append(spec.Fields, field)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return spec, spec.Check()
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

// mostOf is the most that the frequency of a value adds; the first term is none.
func mostOf(terms []int32) int32 {
	if len(terms) < 2 {
		return 0
	}
	return slices.Max(terms[1:])
}

// counted is how many fields there are whose frequency counts.
func (s *specFile) counted() (n int) {
	for f := range s.Fields {
		if s.Fields[f].Most != nil {
			n++
		}
	}
	return n
}
