package reports

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/keyhash"
	queries "github.com/sameas/sameas/sql"
)

// ErrDecision says that a file of decisions cannot be read.
var ErrDecision = errors.New("a decision cannot be read")

// decisionColumns are those of a file of decisions; a file that is read needs the first three, in any order.
func decisionColumns() []string {
	return []string{"collection", "decision", "record", "other", "field", "who", "decided_at", "why"}
}

// atForm is how times are written: a workspace keeps microseconds.
const atForm = "2006-01-02T15:04:05.000000Z"

// ExportDecisions writes the decisions that stand as CSV, keyed by external IDs, and says how many they are, and how many of
// these name records by digests, because the workspace was purged and they were not extracted since: no other workspace can
// read them. The same decisions give the same bytes; formulas are made inert, as in every CSV file of a report.
func ExportDecisions(ctx context.Context, db *sql.DB, w io.Writer) (n, digests int, err error) {
	decisions, err := standing(ctx, db)
	if err != nil {
		return 0, 0, fmt.Errorf("export decisions: %w", err)
	}
	rows := [][]string{decisionColumns()}
	for _, d := range decisions {
		rows = append(rows, []string{d.Collection, d.Kind, d.Record, d.Other, d.Field, d.Who, d.At.UTC().Format(atForm), d.Why})
		if keyhash.Is(d.Record) || keyhash.Is(d.Other) {
			digests++
		}
	}
	out := bufio.NewWriter(w)
	for _, cells := range rows {
		out.Write(append(csvForm{}.texts(cells), csvEnd...)) // an error stays in the writer, and Flush returns it
	}
	return len(decisions), digests, out.Flush()
}

// ImportResult says what became of the lines of a file of decisions.
type ImportResult struct {
	Lines     int                `json:"lines"`     // without the header
	Kept      int                `json:"kept"`      // new, or later than what stood otherwise
	Known     int                `json:"known"`     // stood already; of a later one the later time is kept
	Older     []LineNote         `json:"older"`     // not kept: the workspace holds a later decision on the same, or it was undone
	Unknown   []LineNote         `json:"unknown"`   // not kept: an ID that no record bears, or two of one record
	Conflicts []DecisionConflict `json:"conflicts"` // among all decisions that stand now
}

// LineNote is what there is to say of a line; the header is line 1.
type LineNote struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// ToLook reports whether a person must look.
func (r ImportResult) ToLook() bool { return len(r.Unknown) > 0 || len(r.Conflicts) > 0 }

// Text is the result for a terminal.
func (r ImportResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d decisions read: %d kept, %d known already, %d older than what the workspace holds, %d on records that it does not hold\n",
		r.Lines, r.Kept, r.Known, len(r.Older), len(r.Unknown))
	for _, n := range slices.Concat(r.Older, r.Unknown) {
		fmt.Fprintf(&b, "line %d: %s\n", n.Line, n.Text)
	}
	if len(r.Unknown) > 0 {
		b.WriteString("decisions on unknown records were left out: extract their source, or correct the IDs, and import again\n")
	}
	for _, c := range r.Conflicts {
		fmt.Fprintf(&b, "conflict: %s\n", unhide(c.String()))
	}
	if r.Kept > 0 {
		b.WriteString("next: `sameas match`, which obeys them\n")
	}
	return b.String()
}

// decisionLine is a decision with the line that it stands on.
type decisionLine struct {
	Decision
	line int
}

// ImportDecisions keeps the decisions of a CSV file, all or none if one cannot be read, which is ErrDecision and names the
// line. Its records are found by any external ID. Of decisions on the same the later counts, whichever is imported first. name
// is the file's, for errors; undecidable says why nobody can decide on a field, "" when a person can; a line without time is
// of now.
func ImportDecisions(ctx context.Context, db *sql.DB, r io.Reader, name string, undecidable func(field string) string, now time.Time) (ImportResult, error) {
	lines, err := readDecisions(r, name, undecidable, now)
	if err != nil {
		return ImportResult{}, err
	}
	result := ImportResult{Lines: len(lines), Older: []LineNote{}, Unknown: []LineNote{}}
	err = queries.Transact(ctx, db, func(tx *sql.Tx) error {
		before, err := known(orDigests(readDecided(ctx, tx, "reports/decisions.sql")))
		if err != nil {
			return err
		}
		takenBack, err := known(orDigests(readDecided(ctx, tx, "reports/decisions_undone.sql")))
		if err != nil {
			return err
		}
		if err := recall(ctx, tx, lines); err != nil {
			return err
		}
		if lines, err = result.resolve(ctx, tx, lines, digestsOf(before, takenBack)); err != nil {
			return err
		}
		if err := keep(ctx, tx, fromFile, result.choose(result.leaveUndone(lines, takenBack), before)); err != nil {
			return err
		}
		after, err := effective(ctx, tx)
		result.Conflicts = decisionConflicts(after)
		return err
	})
	if err != nil {
		return ImportResult{}, fmt.Errorf("import %s: %w", name, err)
	}
	return result, nil
}

// resolve names the records by their own IDs, and notes and leaves out the lines of which a record is unknown. digests are
// those by which the workspace's own decisions name records that are not extracted again yet.
func (r *ImportResult) resolve(ctx context.Context, on queries.Querier, lines []decisionLine, digests map[[2]string]bool) ([]decisionLine, error) {
	names := make([][2]string, 0, 2*len(lines))
	for _, l := range lines {
		names = append(names, [2]string{l.Collection, l.Record}, [2]string{l.Collection, l.Other})
	}
	keys, err := recordsNamed(ctx, on, names)
	if err != nil {
		return nil, err
	}
	var known []decisionLine
	for _, l := range lines {
		missing := ""
		for _, id := range []*string{&l.Record, &l.Other} {
			key, found := keys[[2]string{l.Collection, *id}]
			switch {
			case *id == "" || digests[[2]string{l.Collection, *id}]:
			case found && !l.onPair():
				*id = key.hub
			case found:
				*id = key.own
			case missing == "":
				missing = *id
			}
		}
		if keyhash.Is(missing) {
			r.Unknown = append(r.Unknown, LineNote{l.line, fmt.Sprintf("%s stands for a record of %s since a purge: only the workspace that was purged knows it again, "+
				"once the record is extracted; export from there then", missing, visible(l.Collection))})
			continue
		}
		if missing != "" {
			r.Unknown = append(r.Unknown, LineNote{l.line, fmt.Sprintf("no record of %s bears %s", visible(l.Collection), visible(missing))})
			continue
		}
		if l.onPair() && l.Record == l.Other {
			r.Unknown = append(r.Unknown, LineNote{l.line, fmt.Sprintf("both IDs are of one record of %s, %s", visible(l.Collection), visible(l.Record))})
			continue
		}
		known = append(known, l)
	}
	return known, nil
}

// recordNamed is whom an ID names: a record by its key, and by that of the hub's where only one of those can be meant.
type recordNamed struct{ own, hub string }

// recordsNamed gives the records that IDs, each with its collection, name; unknown ones are left out.
func recordsNamed(ctx context.Context, on queries.Querier, names [][2]string) (map[[2]string]recordNamed, error) {
	type asked struct {
		Collection string `json:"collection"`
		Name       string `json:"name"`
	}
	list := make([]asked, 0, len(names))
	for _, n := range names {
		list = append(list, asked{n[0], n[1]})
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	keys := map[[2]string]recordNamed{}
	err = queries.Each(ctx, on, "reports/records_named.sql", queries.Args{"names": string(text)}, func(rows *sql.Rows) error {
		var collection, name string
		var key, hub sql.NullString
		err := rows.Scan(&collection, &name, &key, &hub)
		if key.Valid {
			keys[[2]string{collection, name}] = recordNamed{key.String, hub.String}
		}
		return err
	})
	return keys, err
}

// leaveUndone leaves out, and notes, the lines that say what a person has taken back since.
func (r *ImportResult) leaveUndone(lines []decisionLine, undone []Decision) []decisionLine {
	type saying struct {
		subject [4]string
		kind    string
	}
	last := map[saying]time.Time{}
	for _, d := range undone {
		if s := (saying{d.subject(), d.Kind}); d.At.After(last[s]) {
			last[s] = d.At
		}
	}
	return slices.DeleteFunc(lines, func(l decisionLine) bool {
		at, was := last[saying{l.subject(), l.Kind}]
		if !was || l.At.After(at) {
			return false
		}
		r.Older = append(r.Older, LineNote{l.line, fmt.Sprintf("%s %s %s was undone since, or another answer took its place", visible(l.Record), l.Kind, visible(l.Other+l.Field))})
		return true
	})
}

// choose gives the decisions that are to be kept, and counts all: those that are new, those that stand already, of which a
// later one is kept for its time, and those that a later one stands against. In whatever order lines and files come, the
// same decisions stand in the end.
func (r *ImportResult) choose(lines []decisionLine, before []Decision) []Decision {
	stands := make(map[[4]string]Decision, len(before))
	keep := func(d Decision) (kept bool) {
		s, known := stands[d.subject()]
		if kept = !known || d.counts(s); kept {
			stands[d.subject()] = d
		}
		return kept
	}
	for _, d := range before {
		keep(d)
	}
	var kept []Decision
	for _, l := range lines {
		s, known := stands[l.subject()]
		later := keep(l.Decision)
		if later {
			kept = append(kept, l.Decision)
		}
		switch {
		case known && s.Kind == l.Kind:
			r.Known++
		case later:
			r.Kept++
		default:
			r.Older = append(r.Older, LineNote{l.line, fmt.Sprintf("%s %s %s is of %s, and was decided otherwise at %s", visible(l.Record), l.Kind, visible(l.Other+l.Field), l.At.Format(time.DateTime), s.At.Format(time.DateTime))})
		}
	}
	return kept
}

func readDecisions(r io.Reader, name string, undecidable func(string) string, now time.Time) ([]decisionLine, error) {
	in := csv.NewReader(r)
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: its header cannot be read: want the columns %s", name, ErrDecision, strings.Join(decisionColumns(), ","))
	}
	at, err := columnPlaces(header)
	if err != nil {
		return nil, fmt.Errorf("%s, line 1: %w", name, err)
	}
	var lines []decisionLine
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", name, ErrDecision, err)
		}
		line, _ := in.FieldPos(0)
		cell := func(column string) string {
			if i, there := at[column]; there {
				return Restore(row[i])
			}
			return ""
		}
		d, err := readDecision(cell, undecidable, now.Add(time.Duration(line)*time.Microsecond))
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, line, err)
		}
		lines = append(lines, decisionLine{d, line})
	}
}

func columnPlaces(header []string) (map[string]int, error) {
	at := map[string]int{}
	for i, column := range header {
		column = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(column, "\ufeff")))
		if _, twice := at[column]; twice || !slices.Contains(decisionColumns(), column) {
			return nil, fmt.Errorf("%w: column %q is unknown or given twice: there are %s", ErrDecision, column, strings.Join(decisionColumns(), ", "))
		}
		at[column] = i
	}
	for _, column := range decisionColumns()[:3] {
		if _, there := at[column]; !there {
			return nil, fmt.Errorf("%w: column %q is missing", ErrDecision, column)
		}
	}
	return at, nil
}

func readDecision(cell func(string) string, undecidable func(string) string, now time.Time) (Decision, error) {
	d := Decision{Collection: cell("collection"), Kind: strings.ToLower(strings.TrimSpace(cell("decision"))), Field: cell("field"),
		Who: cell("who"), Why: cell("why"), At: now.UTC()}
	var err error
	if d.Record, err = readID("record", cell("record")); err != nil {
		return d, err
	}
	switch {
	case d.Collection == "":
		return d, fmt.Errorf("%w: the collection is empty: write organizations or people", ErrDecision)
	case !slices.Contains([]string{Same, Different, Survivor, Value}, d.Kind):
		return d, fmt.Errorf("%w: %q is no decision: write same, different, survivor or value", ErrDecision, d.Kind)
	case d.onPair():
		if d.Other, err = readID("other", cell("other")); err != nil {
			return d, err
		}
	case cell("other") != "":
		return d, fmt.Errorf("%w: %s is said of one record, but other is %q", ErrDecision, d.Kind, cell("other"))
	}
	if why := undecidable(d.Field); d.Kind == Value && why != "" {
		return d, fmt.Errorf("%w: field %q %s", ErrDecision, d.Field, why)
	}
	if d.Kind == Value && d.Field == Survivor {
		return d, fmt.Errorf("%w: the survivor is no field: write the decision survivor", ErrDecision)
	}
	if d.Kind != Value && d.Field != "" {
		return d, fmt.Errorf("%w: field is %q, but %s is said of whole records", ErrDecision, d.Field, d.Kind)
	}
	if text := strings.TrimSpace(cell("decided_at")); text != "" {
		if d.At, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return d, fmt.Errorf("%w: decided_at %q is no time: write it as 2026-01-31T14:05:00Z", ErrDecision, text)
		}
		d.At = d.At.UTC().Truncate(time.Microsecond)
	}
	return d, nil
}

func readID(column, text string) (string, error) {
	if digest := strings.TrimSpace(text); keyhash.Is(digest) {
		return digest, nil
	}
	id, err := connec.ParseExternalID(text)
	if err != nil || !id.Complete() {
		return "", fmt.Errorf("%w: %s %q is no external ID: write provider/realm/id", ErrDecision, column, text)
	}
	return id.String(), nil
}
