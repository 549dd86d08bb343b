package reports

import (
	"database/sql"
	"slices"
	"strings"
)

func scanMember(r *sql.Rows) (memberRow, error) {
	m := memberRow{member: cardMember{Values: make([]string, len(displayFields()))}}
	targets := []any{&m.at.collection, &m.at.item, &m.cluster.ID, &m.cluster.Tier, &m.cluster.Reason, &m.weakest,
		&m.member.Key, &m.member.Source, &m.member.Hub}
	for i := range m.member.Values {
		targets = append(targets, &m.member.Values[i])
	}
	if err := r.Scan(targets...); err != nil {
		return m, err
	}
	for i, v := range m.member.Values {
		m.member.Values[i] = visible(uniqueLines(v))
	}
	m.cluster.Reason = visible(m.cluster.Reason)
	m.member.key = m.member.Key
	m.member.Key, m.member.Source = visible(m.member.Key), visible(m.member.Source)
	return m, nil
}

func scanID(r *sql.Rows) (idRow, error) {
	var i idRow
	err := r.Scan(&i.at.collection, &i.at.item, &i.of.key, &i.of.source, &i.id)
	i.of.key, i.of.source, i.id = visible(i.of.key), visible(i.of.source), visible(i.id)
	return i, err
}

// uniqueLines keeps the first of equal lines: one address is often given for several purposes.
func uniqueLines(s string) string {
	if !strings.Contains(s, "\n") {
		return s
	}
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func scanEdge(r *sql.Rows) (edgeRow, error) {
	var e edgeRow
	err := r.Scan(&e.at.collection, &e.at.item, &e.keyA, &e.keyB, &e.kind, &e.via, &e.weight, &e.probability, &e.levels, &e.tf)
	e.keyA, e.keyB = visible(e.keyA), visible(e.keyB)
	return e, err
}

func scanConflict(r *sql.Rows) (conflictRow, error) {
	var c conflictRow
	err := r.Scan(&c.at.collection, &c.at.item, &c.conflict.Kind, &c.conflict.Detail)
	c.conflict.Kind, c.conflict.Detail = visible(c.conflict.Kind), visible(c.conflict.Detail)
	return c, err
}

func scanOp(r *sql.Rows) (opRow, error) {
	var o opRow
	var cluster string
	err := r.Scan(&o.at.collection, &o.at.item, &cluster, &o.op.Type, &o.op.Target, &o.op.Request, &o.op.Body, &o.op.Hazards, &o.op.Reason, &o.op.Outcome)
	o.op.Target, o.op.Hazards = visible(o.op.Target), visible(o.op.Hazards)
	o.op.Request, o.op.Body, o.op.Reason = visible(o.op.Request), visible(o.op.Body), visible(o.op.Reason)
	return o, err
}

func scanField(r *sql.Rows) (fieldRow, error) {
	var f fieldRow
	err := r.Scan(&f.at.collection, &f.at.item, &f.field.Field, &f.field.Before, &f.field.After, &f.field.Winner, &f.field.Rule, &f.field.Conflict)
	f.field.Field, f.field.Winner, f.field.Rule = visible(f.field.Field), visible(f.field.Winner), visible(f.field.Rule)
	f.field.Before, f.field.After = visible(plainValue(f.field.Before)), visible(plainValue(f.field.After))
	return f, err
}
