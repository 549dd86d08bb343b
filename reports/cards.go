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

// place names a review item.
type place struct{ collection, item string }

// ofItem is the number of the item that a row belongs to: the rows of every statement of the cards are in its order.
type ofItem int64

func (o ofItem) number() int64 { return int64(o) }

// Rows of the card statements. A record is named by its place, which counts through the records of all items.
type clusterRow struct {
	ofItem
	item    place
	cluster cardCluster
	weakest sql.NullFloat64
	records int64
}

type memberRow struct {
	ofItem
	place  int64
	member cardMember
}

type idRow struct {
	ofItem
	place int64
	id    string
}

type edgeRow struct {
	ofItem
	placeA, placeB int64
	kind, via      string
	weight         sql.NullFloat64
	probability    sql.NullFloat64
	levels, tf     sql.NullString
}

type conflictRow struct {
	ofItem
	conflict cardConflict
}

type opRow struct {
	ofItem
	op cardOp
}

type fieldRow struct {
	ofItem
	field cardField
}

// cardStatements are the statements of the cards: each reads what cards_places.sql has placed.
func cardStatements() []string {
	return []string{"reports/cards_clusters.sql", "reports/cards_members.sql", "reports/cards_ids.sql", "reports/cards_edges.sql",
		"reports/cards_conflicts.sql", "reports/cards_operations.sql", "reports/cards_fields.sql"}
}

// piece is the rows of some items that follow one another.
type piece struct {
	clusters   []clusterRow
	members    []memberRow
	ids        []idRow
	edges      []edgeRow
	conflicts  []conflictRow
	operations []opRow
	fields     []fieldRow
}

// pieceItems is how many items are read at once, of a few records each.
const pieceItems = 4000

// cardReader puts cards together, piece by piece, so that no table is ever held whole.
type cardReader struct {
	rows       func(statement string, first, last int64, scan func(*sql.Rows) error) error
	free       func()
	models     models
	only       string // the cluster to show, without what may belong to it; "" for whole items
	next, last int64  // items that are not read yet
	now        piece
	failed     error
}

// openCards reads the cards of one item, or of all: then what the statements give is sorted and kept, on disk where
// memory does not hold it, before the first card is read.
func openCards(ctx context.Context, db *sql.DB, m models, of place) (*cardReader, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	r := &cardReader{models: m, next: 1}
	r.free = func() {
		queries.Forget(ctx, conn, cardStatements()...)
		_, _ = queries.Exec(context.WithoutCancel(ctx), conn, "reports/cards_clear.sql", nil) // a closed database has forgotten them
		conn.Close()
	}
	if err := r.open(ctx, conn, of); err != nil {
		r.free()
		return nil, err
	}
	return r, nil
}

func (r *cardReader) open(ctx context.Context, conn *sql.Conn, of place) error {
	if _, err := queries.Exec(ctx, conn, "reports/cards_places.sql", queries.Args{"collection": of.collection, "item": of.item}); err != nil {
		return err
	}
	if err := queries.One(ctx, conn, "reports/cards_extent.sql", nil, &r.last); err != nil {
		return err
	}
	if of.item != "" {
		r.rows = func(statement string, _, _ int64, scan func(*sql.Rows) error) error {
			return queries.Each(ctx, conn, statement, nil, scan)
		}
		return nil
	}
	for _, statement := range cardStatements() {
		if err := queries.Keep(ctx, conn, statement); err != nil {
			return err
		}
	}
	r.rows = func(statement string, first, last int64, scan func(*sql.Rows) error) error {
		return queries.EachKept(ctx, conn, statement, "item", first, last, scan)
	}
	return nil
}

func (r *cardReader) close() { r.free() }

// err is why there are no more cards, when it is not that all were read.
func (r *cardReader) err() error { return r.failed }

// more reads the next piece when the one before is used up; false when there is none.
func (r *cardReader) more() bool {
	for len(r.now.clusters) == 0 && r.next <= r.last && r.failed == nil {
		first, last := r.next, min(r.next+pieceItems-1, r.last)
		r.next, r.now = last+1, piece{}
		for i, read := range []func(statement string) error{
			func(s string) error { return readPiece(r, s, first, last, &r.now.clusters, scanCluster) },
			func(s string) error { return readPiece(r, s, first, last, &r.now.members, scanMember) },
			func(s string) error { return readPiece(r, s, first, last, &r.now.ids, scanID) },
			func(s string) error { return readPiece(r, s, first, last, &r.now.edges, scanEdge) },
			func(s string) error { return readPiece(r, s, first, last, &r.now.conflicts, scanConflict) },
			func(s string) error { return readPiece(r, s, first, last, &r.now.operations, scanOp) },
			func(s string) error { return readPiece(r, s, first, last, &r.now.fields, scanField) },
		} {
			if r.failed = read(cardStatements()[i]); r.failed != nil {
				return false
			}
		}
	}
	return len(r.now.clusters) > 0
}

func readPiece[T any](r *cardReader, statement string, first, last int64, into *[]T, scan func(*sql.Rows) (T, error)) error {
	return r.rows(statement, first, last, func(rows *sql.Rows) error {
		v, err := scan(rows)
		*into = append(*into, v)
		return err
	})
}

// take takes the rows of an item, having passed over those before it.
func take[T interface{ number() int64 }](rows *[]T, item int64) []T {
	from := 0
	for from < len(*rows) && (*rows)[from].number() < item {
		from++
	}
	to := from
	for to < len(*rows) && (*rows)[to].number() == item {
		to++
	}
	taken := (*rows)[from:to:to]
	*rows = (*rows)[to:]
	return taken
}

// nextCard returns the next card and its line in the index; false when there is none.
func (r *cardReader) nextCard() (card, indexLine, bool) {
	c, line, more := r.nextPlain()
	c.explainEdges(&explainer{models: r.models})
	return c, line, more
}

// nextPlain is nextCard for a card whose edges are to be explained elsewhere.
func (r *cardReader) nextPlain() (card, indexLine, bool) {
	if !r.more() {
		return card{}, indexLine{}, false
	}
	item := r.now.clusters[0].number()
	clusters := take(&r.now.clusters, item)
	at := clusters[0].item
	rows := withIDs(take(&r.now.members, item), take(&r.now.ids, item))
	clusters, rows = r.ofCluster(clusters, rows)
	c := card{Collection: at.collection, ID: at.item, MembersAll: len(rows)}
	line := indexLine{collection: at.collection, size: len(rows), text: searchText(at.item, clusters, rows)}
	c.addMembers(clusters, rows)
	for _, x := range take(&r.now.conflicts, item) {
		c.Conflicts = append(c.Conflicts, x.conflict)
	}
	for _, o := range take(&r.now.operations, item) {
		c.Operations = append(c.Operations, o.op)
	}
	for _, f := range take(&r.now.fields, item) {
		c.Fields = append(c.Fields, f.field)
	}
	edges := inside(rows, take(&r.now.edges, item))
	line.weight, line.scored = cardWeight(clusters, rows, edges)
	c.addEdges(rows, edges)
	line.auto, line.review = c.tiers()
	line.conflicts = len(c.Conflicts) > 0
	c.survivors()
	c.surviving()
	c.trim()
	return c, line, true
}

// withIDs gives the records their IDs.
func withIDs(rows []memberRow, ids []idRow) []memberRow {
	for i := range rows {
		for len(ids) > 0 && ids[0].place == rows[i].place {
			rows[i].member.IDs = append(rows[i].member.IDs, ids[0].id)
			ids = ids[1:]
		}
	}
	return rows
}

// ofCluster tells each record which of the clusters it is in, and leaves out what is not of the only one asked for.
func (r *cardReader) ofCluster(clusters []clusterRow, rows []memberRow) ([]clusterRow, []memberRow) {
	from := 0
	for i, c := range clusters {
		to := from + int(c.records)
		if r.only != "" && c.cluster.ID == r.only {
			return clusters[i : i+1], rows[from:to]
		}
		for k := from; k < to; k++ {
			rows[k].member.Cluster = i
		}
		from = to
	}
	if r.only != "" {
		return nil, nil
	}
	return clusters, rows
}

// inside leaves out pairs with a record that is not shown. The places of rows follow one another.
func inside(rows []memberRow, edges []edgeRow) []edgeRow {
	if len(rows) == 0 {
		return nil
	}
	first, last := rows[0].place, rows[len(rows)-1].place
	return slices.DeleteFunc(edges, func(e edgeRow) bool {
		return min(e.placeA, e.placeB) < first || max(e.placeA, e.placeB) > last
	})
}

// addMembers fills clusters and members.
func (c *card) addMembers(clusters []clusterRow, rows []memberRow) {
	for _, x := range clusters {
		c.Clusters = append(c.Clusters, x.cluster)
	}
	for _, row := range rows[:min(len(rows), maxMembers)] {
		c.Members = append(c.Members, row.member)
	}
}

func (c *card) addEdges(rows []memberRow, edges []edgeRow) {
	c.EdgesAll = len(edges)
	c.rows = edges[:min(len(edges), maxEdges)]
	shown := func(place int64) int {
		if i := int(place - rows[0].place); i < len(c.Members) {
			return i
		}
		return -1
	}
	for _, row := range c.rows {
		e := cardEdge{A: shown(row.placeA), B: shown(row.placeB), Kind: row.kind, Via: visible(row.via)}
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
func cardWeight(clusters []clusterRow, rows []memberRow, edges []edgeRow) (float64, bool) {
	best, found := math.Inf(-1), false
	for _, e := range edges {
		a, b := e.placeA-rows[0].place, e.placeB-rows[0].place
		if e.weight.Valid && rows[a].member.Cluster != rows[b].member.Cluster {
			best, found = max(best, e.weight.Float64), true
		}
	}
	switch {
	case found:
		return rounded(best, 10), true
	case len(clusters) == 0:
		return 0, false
	}
	return rounded(clusters[0].weakest.Float64, 10), clusters[0].weakest.Valid
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
func searchText(item string, clusters []clusterRow, rows []memberRow) string {
	var lines []string
	add := func(s string) {
		if s = strings.ToLower(cut(s)); s != "" && !slices.Contains(lines, s) {
			lines = append(lines, s)
		}
	}
	add(item)
	for i := range rows {
		m := &rows[i].member
		add(strings.TrimSpace(m.Values[0] + " " + m.Values[2] + " " + m.Values[3]))
		add(m.Values[6])
		add(m.Key)
		for _, id := range m.IDs {
			add(id)
		}
		add(clusters[m.Cluster].cluster.ID)
	}
	return strings.Join(lines, "\n")
}
