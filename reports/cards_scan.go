package reports

import (
	"database/sql"
	"slices"
	"strings"
)

func scanCluster(r *sql.Rows) (clusterRow, error) {
	var c clusterRow
	err := r.Scan((*int64)(&c.ofItem), &c.item.collection, &c.item.item, &c.cluster.ID, &c.cluster.Tier, &c.cluster.Reason, &c.weakest, &c.records)
	c.cluster.Reason = visible(c.cluster.Reason)
	return c, err
}

func scanMember(r *sql.Rows) (memberRow, error) {
	m := memberRow{member: cardMember{Values: make([]string, len(displayFields()))}}
	targets := []any{(*int64)(&m.ofItem), &m.place, &m.member.Key, &m.member.Source, &m.member.Hub}
	for i := range m.member.Values {
		targets = append(targets, &m.member.Values[i])
	}
	if err := r.Scan(targets...); err != nil {
		return m, err
	}
	for i, v := range m.member.Values {
		m.member.Values[i] = visible(uniqueLines(v))
	}
	m.member.key = m.member.Key
	m.member.Key, m.member.Source = visible(m.member.Key), visible(m.member.Source)
	return m, nil
}

func scanID(r *sql.Rows) (idRow, error) {
	var i idRow
	err := r.Scan((*int64)(&i.ofItem), &i.place, &i.id)
	i.id = visible(i.id)
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
	err := r.Scan((*int64)(&e.ofItem), &e.placeA, &e.placeB, &e.kind, &e.via, &e.weight, &e.probability, &e.levels, &e.tf)
	return e, err
}

func scanConflict(r *sql.Rows) (conflictRow, error) {
	var c conflictRow
	err := r.Scan((*int64)(&c.ofItem), &c.conflict.Kind, &c.conflict.Detail)
	c.conflict.Kind, c.conflict.Detail = visible(c.conflict.Kind), visible(c.conflict.Detail)
	return c, err
}

func scanOp(r *sql.Rows) (opRow, error) {
	var o opRow
	err := r.Scan((*int64)(&o.ofItem), &o.op.Type, &o.op.Target, &o.op.Request, &o.op.Body, &o.op.Hazards, &o.op.Reason, &o.op.Outcome)
	o.op.Target, o.op.Hazards = visible(o.op.Target), visible(o.op.Hazards)
	o.op.Request, o.op.Body, o.op.Reason = visible(o.op.Request), visible(o.op.Body), visible(o.op.Reason)
	return o, err
}

func scanField(r *sql.Rows) (fieldRow, error) {
	var f fieldRow
	err := r.Scan((*int64)(&f.ofItem), &f.field.Field, &f.field.Before, &f.field.After, &f.field.Winner, &f.field.Rule, &f.field.Conflict)
	f.field.Field, f.field.Winner, f.field.Rule = visible(f.field.Field), visible(f.field.Winner), visible(f.field.Rule)
	f.field.Before, f.field.After = visible(plainValue(f.field.Before)), visible(plainValue(f.field.After))
	return f, err
}
