package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// mostChanges is how many fields are named of those that would change the outcome.
const mostChanges = 3

// findChanges says what would make the pair's outcome another one: by the constraints, and by its own evidence.
func (e *Explanation) findChanges(v *pairView) {
	for _, c := range e.KeptApart {
		if remedy := c.remedy(); remedy != "" && !slices.Contains(e.Changes, remedy) {
			e.Changes = append(e.Changes, remedy)
		}
	}
	if e.Verdict == "same" {
		e.Changes = append(e.Changes, e.whatHolds(v)...)
	} else {
		e.Changes = append(e.Changes, e.whatLacks(v)...)
	}
}

// remedy words what would lift a constraint.
func (c *Constraint) remedy() string {
	application := scope{c.Provider, c.Realm}
	switch c.Kind {
	case "cannot_link":
		return fmt.Sprintf("if %s holds one thing twice: merging the two there, or the decision `same`; `distinct: allow` for it in the configuration, if it often does", application)
	case "judged_different", "decision_conflict":
		return "another decision: a person judged them different"
	case "veto":
		return "the decision `same`, or a correction of the value that speaks against it in its application"
	case "ambiguous":
		return "the decision `same` with one of the two things that it fits about equally well"
	case "suppressed", "id_contradiction", "echo":
		return "a correction of the IDs or links that contradict each other"
	case "link_contradicted", "link_overruled", "link_source_off":
		return "a correction of the link, or the decision `same`"
	case "weak_bridge", "large_cluster":
		return "decisions on the pairs that hold the cluster together"
	}
	return ""
}

// whatHolds says what a pair held to be the same depends on.
func (e *Explanation) whatHolds(v *pairView) []string {
	weakest := weakestHop(e.Hops)
	if len(e.Hops) > 0 && weakest < 0 {
		return []string{"only another ID or link, or the decision `different`: what joins them is certain"}
	}
	changes := []string{"the decision `different`"}
	if len(e.Hops) > 1 {
		h := e.Hops[weakest]
		changes = append(changes, fmt.Sprintf("the loss of the weakest hop between them, %s and %s (%.1f bits, auto begins at %.1f)", h.Left, h.Right, h.Weight, e.AutoBits))
	}
	if len(e.Hops) == 1 {
		for _, o := range v.fields(true) {
			if !o.auto {
				changes = append(changes, fmt.Sprintf("the loss of %s: without it the pair weighs %.1f bits and is not auto", o.label, o.weight))
			}
		}
	}
	return changes[:min(len(changes), mostChanges)]
}

// whatLacks says which evidence would join a pair.
func (e *Explanation) whatLacks(v *pairView) []string {
	var changes []string
	if c := v.comparison; c.Weight >= thresholdUnits(v.weigher.model.Thresholds.Auto) {
		switch {
		case len(e.KeptApart) > 0:
		case !slices.ContainsFunc(e.Rules, func(r RuleCheck) bool { return len(r.Shared) > 0 }):
			changes = append(changes, "a key that both share under a blocking rule: the pair weighs enough for auto, but was never compared")
		case !v.weigher.judge.independent(0, 1, c):
			changes = append(changes, "something independent that bears it out: the score is high enough for auto, but nothing of its own, or only one group of fields, agrees"+e.fieldsThat(v, " such as "))
		}
		return changes
	}
	if than := e.fieldsThat(v, "equal values of "); than != "" {
		return append(changes, than)
	}
	if all := v.fields(false); len(all) > 0 {
		changes = append(changes, fmt.Sprintf("more than one field: even with an equal %s the pair would weigh %.1f bits, and auto begins at %.1f", all[0].label, all[0].weight, e.AutoBits))
	}
	return changes
}

// fieldsThat lists the fields each of which, were it equal, would make the pair auto.
func (e *Explanation) fieldsThat(v *pairView, before string) string {
	text := ""
	n := 0
	for _, o := range v.fields(false) {
		if o.auto && n < mostChanges {
			text += before + fmt.Sprintf("%s (%s now; %.1f bits with it)", o.label, o.level, o.weight)
			before = ", or of "
			n++
		}
	}
	return text
}

// option is the pair with one field at another level.
type option struct {
	label, level string
	weight       float64
	auto         bool
}

// fields are the pair with each field in turn lost, or made equal where it is not; the greatest change first. Constraints
// are left out of it.
func (v *pairView) fields(lost bool) []option {
	var options []option
	prior := float64(v.weigher.judge.prior(0, 1)) * kernel.Unit
	for f := range v.weigher.model.Fields {
		field, level := &v.weigher.model.Fields[f], v.comparison.Levels[f]
		bits := field.Levels[level].Bits + float64(v.comparison.Terms[f])*kernel.Unit
		if lost && bits <= 0 || !lost && level == kernel.Same {
			continue
		}
		c := kernel.Comparison{Levels: slices.Clone(v.comparison.Levels), Terms: slices.Clone(v.comparison.Terms)}
		c.Levels[f], c.Terms[f] = kernel.Same, 0
		if lost {
			c.Levels[f] = kernel.Missing
		}
		w := v.weigher.model.ExplainFrom(prior, c.Levels, termBits(c.Terms), nil, nil)
		c.Weight = units(w.Total)
		options = append(options, option{field.Label, field.Levels[level].Name, w.Total,
			c.Weight >= thresholdUnits(v.weigher.model.Thresholds.Auto) && v.weigher.judge.independent(0, 1, c)})
	}
	slices.SortStableFunc(options, func(a, b option) int {
		if lost {
			return cmp.Compare(a.weight, b.weight)
		}
		return cmp.Compare(b.weight, a.weight)
	})
	return options
}
