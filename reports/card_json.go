package reports

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON writes the card by hand: a report holds hundreds of thousands of them, and reflection takes four times as
// long. A test holds it against what encoding/json makes of the struct.
func (c card) MarshalJSON() ([]byte, error) { return c.appendJSON(nil), nil }

// object writes the members of a JSON object. What is left out when it is empty says so by its "If".
type object struct {
	line []byte
	next byte // what stands before the next name
}

func begin(line []byte) object { return object{line, '{'} }

func (o *object) end() []byte { return append(o.line, '}') }

func (o *object) name(name string) {
	o.line = append(o.line, o.next, '"')
	o.line = append(o.line, name...)
	o.line = append(o.line, '"', ':')
	o.next = ','
}

func (o *object) text(name, v string) {
	o.name(name)
	o.line = appendQuoted(o.line, v)
}

func (o *object) textIf(name, v string) {
	if v != "" {
		o.text(name, v)
	}
}

func (o *object) trueIf(name string, v bool) {
	if v {
		o.name(name)
		o.line = append(o.line, "true"...)
	}
}

func (o *object) int(name string, v int) {
	o.name(name)
	o.line = strconv.AppendInt(o.line, int64(v), 10)
}

func (o *object) float(name string, v float64) {
	o.name(name)
	o.line = appendFloat(o.line, v)
}

// list writes the n values that add appends.
func (o *object) list(name string, n int, add func(line []byte, i int) []byte) {
	o.name(name)
	o.line = append(o.line, '[')
	for i := range n {
		if i > 0 {
			o.line = append(o.line, ',')
		}
		o.line = add(o.line, i)
	}
	o.line = append(o.line, ']')
}

func (o *object) listIf(name string, n int, add func(line []byte, i int) []byte) {
	if n > 0 {
		o.list(name, n, add)
	}
}

// appendQuoted appends a text as JSON; bytes that are no UTF-8 become the replacement character.
func appendQuoted(line []byte, v string) []byte {
	line, _ = jsontext.AppendQuote(line, v) // fails for such bytes alone, having replaced them
	return line
}

// appendFloat appends a number in the form that encoding/json gives those that a card holds.
func appendFloat(line []byte, v float64) []byte {
	if v == math.Trunc(v) && math.Abs(v) < 1e9 {
		return strconv.AppendInt(line, int64(v), 10)
	}
	return strconv.AppendFloat(line, v, 'f', -1, 64)
}

func (c *card) appendJSON(line []byte) []byte {
	o := begin(line)
	o.text("c", c.Collection)
	o.text("id", c.ID)
	o.list("g", len(c.Clusters), func(line []byte, i int) []byte { return c.Clusters[i].appendJSON(line) })
	o.list("m", len(c.Members), func(line []byte, i int) []byte { return c.Members[i].appendJSON(line) })
	o.int("mn", c.MembersAll)
	o.int("b", c.Base)
	o.listIf("e", len(c.Edges), func(line []byte, i int) []byte { return c.Edges[i].appendJSON(line) })
	o.int("en", c.EdgesAll)
	o.listIf("x", len(c.Conflicts), func(line []byte, i int) []byte { return c.Conflicts[i].appendJSON(line) })
	o.listIf("o", len(c.Operations), func(line []byte, i int) []byte { return c.Operations[i].appendJSON(line) })
	o.listIf("f", len(c.Fields), func(line []byte, i int) []byte { return c.Fields[i].appendJSON(line) })
	o.listIf("sv", len(c.Surviving), func(line []byte, i int) []byte { return appendQuoted(line, c.Surviving[i]) })
	return o.end()
}

func (g *cardCluster) appendJSON(line []byte) []byte {
	o := begin(line)
	o.text("id", g.ID)
	o.text("t", g.Tier)
	o.textIf("r", g.Reason)
	return o.end()
}

func (m *cardMember) appendJSON(line []byte) []byte {
	o := begin(line)
	o.text("k", m.Key)
	o.text("s", m.Source)
	o.trueIf("h", m.Hub)
	o.int("g", m.Cluster)
	o.listIf("i", len(m.IDs), func(line []byte, i int) []byte { return appendQuoted(line, m.IDs[i]) })
	o.trueIf("w", m.Survivor)
	o.list("v", len(m.Values), func(line []byte, i int) []byte { return appendQuoted(line, m.Values[i]) })
	return o.end()
}

func (e *cardEdge) appendJSON(line []byte) []byte {
	o := begin(line)
	o.int("a", e.A)
	o.int("b", e.B)
	o.text("k", e.Kind)
	o.text("v", e.Via)
	o.trueIf("s", e.Scored)
	o.float("w", e.Weight)
	o.float("p", e.Probability)
	o.listIf("t", len(e.Steps), func(line []byte, i int) []byte {
		separator := byte('[')
		for _, v := range e.Steps[i] {
			line = appendFloat(append(line, separator), v)
			separator = ','
		}
		return append(line, ']')
	})
	return o.end()
}

func (x *cardConflict) appendJSON(line []byte) []byte {
	o := begin(line)
	o.text("k", x.Kind)
	o.text("d", x.Detail)
	return o.end()
}

func (p *cardOp) appendJSON(line []byte) []byte {
	o := begin(line)
	o.text("t", p.Type)
	o.textIf("k", p.Target)
	o.textIf("q", p.Request)
	o.textIf("b", p.Body)
	o.textIf("h", p.Hazards)
	o.textIf("r", p.Reason)
	o.textIf("u", p.Outcome)
	return o.end()
}

func (f *cardField) appendJSON(line []byte) []byte {
	o := begin(line)
	o.text("f", f.Field)
	o.text("b", f.Before)
	o.text("a", f.After)
	o.text("w", f.Winner)
	o.text("r", f.Rule)
	o.trueIf("x", f.Conflict)
	return o.end()
}
