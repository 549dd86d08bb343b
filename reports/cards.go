package reports

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// Rows of the card statements, each with its place.
type memberRow struct {
	at      place
	cluster cardCluster
	weakest sql.NullFloat64
	member  cardMember
}

// recordName names a record within its collection.
type recordName struct{ key, source string }

type idRow struct {
	at place
	of recordName
	id string
}

type edgeRow struct {
	at          place
	keyA, keyB  string
	kind, via   string
	weight      sql.NullFloat64
	probability sql.NullFloat64
	levels, tf  sql.NullString
}

type conflictRow struct {
	at       place
	conflict cardConflict
}

type opRow struct {
	at place
	op cardOp
}

type fieldRow struct {
	at    place
	field cardField
}

// cardReader puts cards together from streams that run side by side in one order.
type cardReader struct {
	models     models
	only       string // the cluster to show, without what may belong to it; "" for whole items
	members    *stream[memberRow]
	ids        *stream[idRow]
	edges      *stream[edgeRow]
	conflicts  *stream[conflictRow]
	operations *stream[opRow]
	fields     *stream[fieldRow]
}

// openCards reads the cards of one item.
func openCards(ctx context.Context, on queries.Querier, m models, of place) *cardReader {
	return newCardReader(readerOf(ctx, on, of), m)
}

// openAllCards reads the cards of all items.
func openAllCards(ctx context.Context, db *sql.DB, m models) *cardReader {
	return newCardReader(readerOfAll(ctx, db), m)
}

func newCardReader(read reader, m models) *cardReader {
	return &cardReader{
		models:     m,
		members:    openStream(read, "reports/cards_members.sql", func(r memberRow) place { return r.at }, scanMember),
		ids:        openStream(read, "reports/cards_ids.sql", func(r idRow) place { return r.at }, scanID),
		edges:      openStream(read, "reports/cards_edges.sql", func(r edgeRow) place { return r.at }, scanEdge),
		conflicts:  openStream(read, "reports/cards_conflicts.sql", func(r conflictRow) place { return r.at }, scanConflict),
		operations: openStream(read, "reports/cards_operations.sql", func(r opRow) place { return r.at }, scanOp),
		fields:     openStream(read, "reports/cards_fields.sql", func(r fieldRow) place { return r.at }, scanField),
	}
}

func (r *cardReader) close() {
	r.members.stop()
	r.ids.stop()
	r.edges.stop()
	r.conflicts.stop()
	r.operations.stop()
	r.fields.stop()
}

// err is the first error of any stream: a stream that failed ends as if it were exhausted.
func (r *cardReader) err() error {
	for _, err := range []error{r.members.err, r.ids.err, r.edges.err, r.conflicts.err, r.operations.err, r.fields.err} {
		if err != nil {
			return err
		}
	}
	return nil
}

// next returns the next card and its line in the index; false when there is none.
func (r *cardReader) next() (card, indexLine, bool) {
	c, line, more := r.nextPlain()
	c.explainEdges(&explainer{models: r.models})
	return c, line, more
}

// nextPlain is next for a card whose edges are to be explained elsewhere.
func (r *cardReader) nextPlain() (card, indexLine, bool) {
	if !r.members.more {
		return card{}, indexLine{}, false
	}
	at := r.members.head.at
	rows := r.ofCluster(withIDs(r.members.take(at), r.ids.take(at)))
	c := card{Collection: at.collection, ID: at.item, MembersAll: len(rows)}
	line := indexLine{collection: at.collection, size: len(rows), text: searchText(at.item, rows)}
	clusterOf := c.addMembers(rows)
	for _, x := range r.conflicts.take(at) {
		c.Conflicts = append(c.Conflicts, x.conflict)
	}
	for _, o := range r.operations.take(at) {
		c.Operations = append(c.Operations, o.op)
	}
	for _, f := range r.fields.take(at) {
		c.Fields = append(c.Fields, f.field)
	}
	edges := r.edges.take(at)
	if r.only != "" {
		edges = slices.DeleteFunc(edges, func(e edgeRow) bool { return clusterOf[e.keyA] == "" || clusterOf[e.keyB] == "" })
	}
	line.weight, line.scored = cardWeight(rows, edges, clusterOf)
	c.addEdges(edges)
	line.auto, line.review = c.tiers()
	line.conflicts = len(c.Conflicts) > 0
	c.survivors()
	c.surviving()
	c.trim()
	return c, line, true
}

// withIDs gives the records their IDs.
func withIDs(rows []memberRow, ids []idRow) []memberRow {
	of := make(map[recordName][]string, len(rows))
	for _, i := range ids {
		of[i.of] = append(of[i.of], i.id)
	}
	for i := range rows {
		m := &rows[i].member
		m.IDs = of[recordName{m.Key, m.Source}]
	}
	return rows
}

func (r *cardReader) ofCluster(rows []memberRow) []memberRow {
	if r.only == "" {
		return rows
	}
	return slices.DeleteFunc(rows, func(m memberRow) bool { return m.cluster.ID != r.only })
}

// addMembers fills clusters and members, and says which cluster each key is in.
func (c *card) addMembers(rows []memberRow) map[string]string {
	clusterOf := make(map[string]string, len(rows))
	for _, row := range rows {
		clusterOf[row.member.Key] = row.cluster.ID
		if n := len(c.Clusters); n == 0 || c.Clusters[n-1].ID != row.cluster.ID {
			c.Clusters = append(c.Clusters, row.cluster)
		}
		if len(c.Members) < maxMembers {
			row.member.Cluster = len(c.Clusters) - 1
			c.Members = append(c.Members, row.member)
		}
	}
	return clusterOf
}

func (c *card) addEdges(rows []edgeRow) {
	c.EdgesAll = len(rows)
	at := make(map[string]int, len(c.Members))
	for i, member := range slices.Backward(c.Members) {
		at[member.Key] = i
	}
	c.rows = rows[:min(len(rows), maxEdges)]
	for _, row := range c.rows {
		e := cardEdge{A: indexOr(at, row.keyA), B: indexOr(at, row.keyB), Kind: row.kind, Via: visible(row.via)}
		if row.weight.Valid {
			e.Scored, e.Weight, e.Probability = true, rounded(row.weight.Float64, 100), rounded(row.probability.Float64, 1e6)
		}
		c.Edges = append(c.Edges, e)
	}
}

// explainEdges gives each edge its waterfall.
func (c *card) explainEdges(by *explainer) {
	for i, row := range c.rows {
		w := by.explain(c.Collection, row.levels.String, row.tf.String)
		if w == nil {
			continue
		}
		e := &c.Edges[i]
		for k := range w.Steps {
			if s := &w.Steps[k]; by.levels[k] != evidence.Missing {
				e.Steps = append(e.Steps, stepOf(k, by.levels[k], s.Bits, s.TF, s.Capped))
			}
		}
	}
	c.rows = nil
}

func stepOf(field int, level uint8, bits, tf, capped float64) []float64 {
	step := []float64{float64(field), float64(level), rounded(bits, 100), rounded(tf, 100), rounded(capped, 100)}
	for len(step) > 3 && step[len(step)-1] == 0 {
		step = step[:len(step)-1]
	}
	return step
}

// trim cuts long lists of a card to what is shown.
func (c *card) trim() {
	c.Conflicts = c.Conflicts[:min(len(c.Conflicts), maxRows)]
	c.Operations = c.Operations[:min(len(c.Operations), maxRows)]
	c.Fields = c.Fields[:min(len(c.Fields), maxRows)]
}

// tiers says whether the card holds a cluster that enters a plan, and whether a person must look.
func (c *card) tiers() (auto, review bool) {
	review = len(c.Clusters) > 1
	for _, g := range c.Clusters {
		auto = auto || g.Tier == "auto"
		review = review || g.Tier == "review"
	}
	return auto, review
}

// cardWeight is what a card is sorted by: for one cluster its weakest link, for several the strongest pair between
// two of them. A cluster held together by IDs alone has none.
func cardWeight(rows []memberRow, edges []edgeRow, clusterOf map[string]string) (float64, bool) {
	best, found := math.Inf(-1), false
	for _, e := range edges {
		if e.weight.Valid && clusterOf[e.keyA] != clusterOf[e.keyB] {
			best, found = max(best, e.weight.Float64), true
		}
	}
	if found {
		return rounded(best, 10), true
	}
	return rounded(rows[0].weakest.Float64, 10), rows[0].weakest.Valid
}

func indexOr(at map[string]int, key string) int {
	if i, ok := at[key]; ok {
		return i
	}
	return -1
}

// rounded keeps 1/steps; figures of the page need no more, and short ones compress.
func rounded(v, steps float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	r := math.Round(v*steps) / steps
	if r == 0 {
		return 0 // not -0
	}
	return r
}

// searchText is what the page's search looks into: names, addresses and IDs of all members, each once, in lower case.
func searchText(item string, rows []memberRow) string {
	seen := map[string]bool{}
	var lines []string
	add := func(s string) {
		if s = strings.ToLower(cut(s)); s != "" && !seen[s] {
			seen[s] = true
			lines = append(lines, s)
		}
	}
	add(item)
	for _, row := range rows {
		m := row.member
		add(strings.TrimSpace(m.Values[0] + " " + m.Values[2] + " " + m.Values[3]))
		add(m.Values[6])
		add(m.Key)
		for _, id := range m.IDs {
			add(id)
		}
		add(row.cluster.ID)
	}
	return strings.Join(lines, "\n")
}
