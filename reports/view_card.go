package reports

import (
	"slices"
	"strings"
)

// cardView is a card as it stands in the page for a reader without script.
type cardView struct {
	Card        card
	Title, Tier string
	Rows        []cardRow
	Surviving   bool
	Reasons     []string
}

type cardRow struct {
	Label    string
	Cells    []cardCell
	Survives string
}

// cardCell is a value in three parts, of which the middle one differs from the value compared with.
type cardCell struct{ Class, Before, Changed, After string }

func newCardView(c card, m models) cardView {
	v := cardView{Card: c, Tier: "auto", Surviving: len(c.Surviving) > 0}
	if _, review := c.tiers(); review {
		v.Tier = "review"
	}
	base := c.Members[c.Base]
	v.Title = base.Values[0]
	if v.Title == "" {
		v.Title = strings.TrimSpace(base.Values[2] + " " + base.Values[3])
	}
	if v.Title == "" {
		v.Title = c.ID
	}
	for f, name := range displayFields() {
		if row, any := c.row(f, name); any {
			v.Rows = append(v.Rows, row)
		}
	}
	for _, e := range c.Edges[:min(len(c.Edges), 3)] {
		v.Reasons = append(v.Reasons, c.reasonLine(e, m))
	}
	return v
}

func (c *card) row(f int, name string) (cardRow, bool) {
	row, any := cardRow{Label: name}, false
	base := c.Members[c.Base].Values[f]
	for i, m := range c.Members {
		any = any || m.Values[f] != ""
		row.Cells = append(row.Cells, compareCell(base, m.Values[f], i == c.Base))
	}
	if len(c.Surviving) > 0 {
		if row.Survives = c.Surviving[f]; row.Survives == "" {
			row.Survives = base
		}
	}
	return row, any
}

// compareCell marks what lies between the common head and the common tail.
func compareCell(base, value string, isBase bool) cardCell {
	switch {
	case value == "":
		return cardCell{Class: "none", Before: "–"}
	case isBase:
		return cardCell{Before: value}
	case holdsLines(base, value):
		return cardCell{Class: "same", Before: value}
	case base == "":
		return cardCell{Changed: value}
	}
	a, b := []rune(base), []rune(value)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	cell := cardCell{Before: string(b[:head]), Changed: string(b[head : len(b)-tail]), After: string(b[len(b)-tail:])}
	if cell.Changed == "" { // it only lacks something that the other has
		cell = cardCell{Changed: value}
	}
	return cell
}

// holdsLines reports whether each of the value's lines is one of base's: a list that lacks an entry does not differ.
func holdsLines(base, value string) bool {
	known := strings.Split(base, "\n")
	for line := range strings.SplitSeq(value, "\n") {
		if !slices.Contains(known, line) {
			return false
		}
	}
	return true
}

// reasonLine is a pair's waterfall in one line.
func (c *card) reasonLine(e cardEdge, m models) string {
	name := func(i int) string {
		if i < 0 {
			return "a record not shown"
		}
		return c.Members[i].Key
	}
	line := name(e.A) + " and " + name(e.B) + ": " + strings.ReplaceAll(e.Kind, "_", " ") + " " + e.Via
	model := m.of(c.Collection)
	if !e.Scored || model == nil {
		return line
	}
	prior := e.Weight // of these two sources: what the steps leave
	for _, s := range e.Steps {
		prior -= s[2]
	}
	parts := []string{"prior " + signed(rounded(prior, 100))}
	for _, s := range e.Steps {
		field := model.Fields[int(s[0])]
		parts = append(parts, field.Label+" "+field.Levels[int(s[1])].Name+" "+signed(s[2]))
	}
	return line + "; " + strings.Join(parts, "; ") + "; total " + signed(e.Weight) + " bits"
}
