package generator

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
)

// recRef points at one record of a group that the truth file tells of: a hub record, or one of A's or B's own.
type recRef struct {
	hub bool
	i   int
}

func (g *group[T]) body(r recRef) *T {
	if r.hub {
		return &g.hubs[r.i].body
	}
	return &g.locals[r.i].body
}

func (g *group[T]) label(r recRef) *string {
	if r.hub {
		return &g.hubs[r.i].label
	}
	return &g.locals[r.i].label
}

// told lists the records of entity e that the truth tells of; all entities' for e < 0.
func (g *group[T]) told(e int) []recRef {
	var out []recRef
	for i := range g.hubs {
		if e < 0 || g.hubs[i].ent == e {
			out = append(out, recRef{true, i})
		}
	}
	for i := range g.locals {
		if (e < 0 || g.locals[i].ent == e) && g.locals[i].app <= appB {
			out = append(out, recRef{false, i})
		}
	}
	return out
}

// mend sees to it that a record of an entity with three or more has something in common with another of them, since
// one label a record could not say which pairs nobody could link. Pairs stay as hopeless as they came.
func (g *group[T]) mend(d dice, e int) {
	recs := g.told(e)
	if len(recs) < 3 {
		return
	}
	for i, r := range recs {
		if g.sharesWithAny(recs, i) {
			continue
		}
		o := recs[(i+1+d.IntN(len(recs)-1))%len(recs)]
		*g.body(r) = (*g.body(o)).lend(*g.body(r))
		if !g.sharesWithAny(recs, i) {
			base := g.entities[e].base
			*g.body(o) = base.lend(*g.body(o))
			*g.body(r) = base.lend(*g.body(r))
		}
	}
}

func (g *group[T]) sharesWithAny(recs []recRef, i int) bool {
	for j, o := range recs {
		if j != i && (*g.body(recs[i])).shares(*g.body(o)) {
			return true
		}
	}
	return false
}

// Prefixes of provisional labels, which the whole world's names decide. One by name stands where two entities or more
// bear the name: were it unique, it would tell. One of records whose names differ stands where the family name, or an
// organization's stem, is borne by commonFamily entities or more: a rare one is worth something even misspelt.
const (
	namePrefix   = "name-"
	apartPrefix  = "apart-"
	commonFamily = 5
)

// mark labels the group's records that nobody could tell apart or link:
//
//   - two records of different entities that are compatible (equal names, no field in both that differs);
//   - the two records of an entity that share nothing but the name, or not even that;
//   - a record with nothing but a name.
//
// The second and third are provisional: see namePrefix.
func (g *group[T]) mark() {
	all := g.told(-1)
	for i, a := range all {
		for _, b := range all[i+1:] {
			if g.entOf(a) != g.entOf(b) && (*g.body(a)).compatible(*g.body(b)) {
				g.join(all, a, b)
			}
		}
	}
	for e := range g.entities {
		recs := g.told(e)
		if len(recs) == 2 && !g.linkedByID(recs[0], recs[1]) && !g.sharesWithAny(recs, 0) {
			g.markApart(e, recs)
		}
	}
	for _, r := range all {
		if b := *g.body(r); *g.label(r) == "" && !b.shares(b) {
			*g.label(r) = namePrefix + b.nameKey()
		}
	}
}

func (g *group[T]) markApart(e int, recs []recRef) {
	a, b := (*g.body(recs[0])).nameKey(), (*g.body(recs[1])).nameKey()
	label := fmt.Sprintf(apartPrefix+"%d-%d", g.num%orgGroups, e)
	if a == b {
		label = namePrefix + a
	}
	for _, r := range recs {
		if *g.label(r) == "" {
			*g.label(r) = label
		}
	}
}

// join gives two records one label, taking over the one that either has.
func (g *group[T]) join(all []recRef, a, b recRef) {
	la, lb := *g.label(a), *g.label(b)
	switch {
	case la == "" && lb == "":
		la = fmt.Sprintf("alike-%d-%d", g.num%orgGroups, slices.Index(all, a))
	case la == "":
		la = lb
	}
	for _, r := range all {
		if l := g.label(r); r == a || r == b || lb != "" && *l == lb {
			*l = la
		}
	}
}

func (g *group[T]) entOf(r recRef) int {
	if r.hub {
		return g.hubs[r.i].ent
	}
	return g.locals[r.i].ent
}

// linkedByID reports whether the two records bear one ID or A knows them to be one.
func (g *group[T]) linkedByID(a, b recRef) bool {
	for _, x := range g.idsOf(a) {
		if slices.Contains(g.idsOf(b), x) {
			return true
		}
	}
	return false
}

func (g *group[T]) idsOf(r recRef) []string {
	var out []string
	if r.hub {
		for _, id := range g.hubs[r.i].ids {
			out = append(out, id.String())
		}
		return out
	}
	out = append(out, g.localID(r.i).String())
	if k := g.locals[r.i].knows; k != "" {
		out = append(out, "other-app/77/"+k)
	}
	for _, l := range g.links {
		if l.left == g.localID(r.i) {
			out = append(out, l.right.String())
		}
	}
	return out
}

// fold reduces a text to lower-case ASCII letters, digits and single spaces.
func fold(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			s = unidecode.Unidecode(s)
			break
		}
	}
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(unicode.ToLower(r))
		case r == '\'' || r == '\u2019':
		default:
			space = true
		}
	}
	return b.String()
}

// agree reports whether two values of a field do not contradict each other.
func agree(a, b string) bool { return a == "" || b == "" || a == b || fold(a) == fold(b) }

// both reports whether two values of a field are there and equal.
func both(a, b string) bool { return a != "" && b != "" && (a == b || fold(a) == fold(b)) }

// foldStreet folds an address line and abbreviates its type of street, so that two ways to write one address are equal.
func foldStreet(s string) string {
	words := strings.Fields(fold(s))
	for i, w := range words {
		if short := streetWord(w); i > 0 && short != "" {
			words[i] = short
		}
	}
	return strings.Join(words, " ")
}

func streetWord(w string) string {
	switch w {
	case "street":
		return "st"
	case "road":
		return "rd"
	case "avenue", "av":
		return "ave"
	case "drive", "drv":
		return "dr"
	case "court":
		return "ct"
	case "place":
		return "pl"
	case "crescent":
		return "cres"
	case "lane":
		return "ln"
	case "parade":
		return "pde"
	case "terrace":
		return "tce"
	case "close":
		return "cl"
	case "highway":
		return "hwy"
	case "boulevard":
		return "blvd"
	}
	return ""
}

// sameStreet reports whether two addresses are one, as far as both are there.
func sameStreet(a, b address) bool {
	return a.line1 != "" && b.line1 != "" && foldStreet(a.line1) == foldStreet(b.line1) && agree(a.postcode, b.postcode)
}

// agreeAddress reports whether two addresses do not contradict each other.
func agreeAddress(a, b address) bool {
	return (a.line1 == "" || b.line1 == "" || foldStreet(a.line1) == foldStreet(b.line1)) && agree(a.line2, b.line2) && agree(a.city, b.city)
}
