package match

import (
	"strings"

	"github.com/sameas/sameas/internal/mask"
)

// Masked is the explanation with stand-ins for the values of records. Levels and weights are those of the values.
func (e Explanation) Masked(m *mask.Masker) Explanation {
	for i := range e.Waterfall.Steps {
		s := &e.Waterfall.Steps[i]
		s.LeftGiven, s.Left = maskedBoth(m, s.LeftGiven, s.Left)
		s.RightGiven, s.Right = maskedBoth(m, s.RightGiven, s.Right)
	}
	for i := range e.Rules {
		r := &e.Rules[i]
		for _, keys := range [][]string{r.Shared, r.Left, r.Right} {
			for k := range keys {
				keys[k] = m.Value(keys[k])
			}
		}
		if r.Nearest != nil {
			r.Nearest = &[2]string{m.Value(r.Nearest[0]), m.Value(r.Nearest[1])}
		}
	}
	for i := range e.Conflicts {
		e.Conflicts[i] = m.Text(e.Conflicts[i])
	}
	maskDetails(m, e.KeptApart)
	return e
}

// Masked is the explanation with stand-ins for the values of records.
func (e ClusterExplanation) Masked(m *mask.Masker) ClusterExplanation {
	for i := range e.Members {
		for k := range e.Members[i].Values {
			v := &e.Members[i].Values[k]
			v.Given, v.Compared = maskedBoth(m, v.Given, v.Compared)
		}
	}
	maskDetails(m, e.OutOfAuto)
	maskDetails(m, e.KeptApart)
	return e
}

func maskDetails(m *mask.Masker, constraints []Constraint) {
	for i := range constraints {
		constraints[i].Detail = m.Text(constraints[i].Detail)
	}
}

// maskedBoth masks a value as given and as compared. Where they differ in case alone they get one stand-in, as one text is
// shown for both.
func maskedBoth(m *mask.Masker, given, compared string) (string, string) {
	if strings.EqualFold(given, compared) {
		compared = given
	}
	return m.Value(given), m.Value(compared)
}
