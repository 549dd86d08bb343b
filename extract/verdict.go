package extract

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// The words of extractions.status.
const (
	statusComplete = "complete"
	statusInDoubt  = "in_doubt"
)

// counts are what one source and collection came to.
type counts struct {
	rows, records, repeated, keyless int64
	firstKeyless                     sql.NullInt64
	idDefects, danglingRefs          int64
}

// verdict closes the task's run: what was got, whether that is all, and if not, exactly what is in doubt.
func (x *extraction) verdict(ctx context.Context, tx *sql.Tx, t *task) (Extraction, error) {
	var c counts
	if t.source.Type == config.TypeLinks {
		c.rows, c.records = t.rows, t.rows-t.rejected.count
	} else {
		err := queries.One(ctx, tx, "extract/counts.sql", queries.Args{"source": t.source.Name, "collection": t.collection, "first_place": t.firstPlace()},
			&c.rows, &c.records, &c.repeated, &c.keyless, &c.firstKeyless, &c.idDefects, &c.danglingRefs)
		if err != nil {
			return Extraction{}, err
		}
	}
	if t.source.Type == config.TypeFile {
		c.rows = t.rows // what was rejected was read, too
	}
	e := Extraction{
		Source: t.source.Name, Type: t.source.Type, Collection: t.collection, Total: t.total,
		Rows: c.rows, Records: c.records, Repeated: c.repeated, Mode: t.mode(),
	}
	if t.source.Type == config.TypeConnec {
		if err := x.judgeHub(ctx, tx, t, c); err != nil {
			return Extraction{}, err
		}
	} else {
		e.Rejected, e.FirstRejected = t.rejected.count, t.rejected.first
		x.judgeTwice(t)
		t.judgeRejected(c.repeated)
		if err := judgeIDs(ctx, tx, t, &e); err != nil {
			return Extraction{}, err
		}
		t.judgeNames(e)
		if err := judgeDates(ctx, tx, t); err != nil {
			return Extraction{}, err
		}
	}
	if err := x.judgeDifference(ctx, tx, t, &e); err != nil {
		return Extraction{}, err
	}
	e.Status, e.Doubt, e.Note = statusComplete, strings.Join(t.doubts, "; "), strings.Join(t.notes, "; ")
	if e.Doubt != "" {
		e.Status = statusInDoubt
	}
	asOf, idsAsOf := t.proven(&e)
	_, err := queries.Exec(ctx, tx, "extract/run_finish.sql", queries.Args{
		"run": t.run, "source": t.source.Name, "collection": t.collection, "finished_at": now(),
		"rows_got": c.rows, "records": c.records, "repeated": c.repeated, "id_defects": c.idDefects,
		"dangling_refs": c.danglingRefs, "ids_checked": nullable(e.IDsChecked), "ids_known": nullable(e.IDsKnown),
		"status": e.Status, "doubt": text(e.Doubt), "note": text(e.Note), "total": nullable(t.total), "counts_from": t.from, "as_of": asOf, "ids_as_of": idsAsOf,
	})
	if e.Note != "" {
		x.Log.Info("extracted", "source", e.Source, "collection", e.Collection, "note", e.Note)
	}
	return e, err
}

// firstPlace is the place of the first row that the run received itself, as staged_records counts places.
func (t *task) firstPlace() int64 {
	if t.base == nil {
		return 0
	}
	return t.base.first * placesOfSweep
}

func nullable(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// judgeDates reports the dates of which nothing tells how they are meant: they are no evidence, and never written.
func judgeDates(ctx context.Context, on queries.Querier, t *task) error {
	if t.source.Type != config.TypeFile {
		return nil
	}
	if t.source.Dates != "" {
		return judgeToldDates(ctx, on, t)
	}
	var n int64
	var example string
	err := queries.One(ctx, on, "extract/dates_in_doubt.sql", queries.Args{"source": t.source.Name, "collection": t.collection}, &n, &example)
	if n > 0 {
		t.doubt("%s such as %s can be read day first or month first, and the others of the file do not tell which: left unread; say `dates: day_first` or `dates: month_first` in the source",
			count(n, "birth date", "birth dates"), example)
	}
	return err
}

// judgeToldDates holds the reading that the configuration tells against the dates that one reading alone fits: where more than
// one in a hundred of them contradict it, those that both fit were read the wrong way round, or nobody knows which.
func judgeToldDates(ctx context.Context, on queries.Querier, t *task) error {
	var day, month int64
	var dayExample, monthExample string
	err := queries.One(ctx, on, "extract/dates_told.sql", queries.Args{"source": t.source.Name, "collection": t.collection}, &day, &month, &dayExample, &monthExample)
	against, example, other := month, monthExample, config.MonthFirst
	if t.source.Dates == config.MonthFirst {
		against, example, other = day, dayExample, config.DayFirst
	}
	if 100*against > day+month {
		t.doubt("%s such as %s can only be read %s, of %d that one reading alone fits, and the source says `dates: %s`: see which the file means, correct that or leave it out",
			count(against, "birth date", "birth dates"), example, strings.ReplaceAll(other, "_", " "), day+month, t.source.Dates)
	}
	return err
}

// judgeHub compares what was got with what the server counts.
func (x *extraction) judgeHub(ctx context.Context, tx *sql.Tx, t *task, c counts) error {
	if c.keyless > 0 {
		var place int64
		var id, code sql.NullString
		err := queries.One(ctx, tx, "extract/keyless.sql", queries.Args{"source": t.source.Name, "collection": t.collection}, &place, &id, &code)
		if err != nil {
			return err
		}
		t.doubt("%s left out, as no Connec! ID names %s: the first at offset %d, with id %s and code %s",
			count(c.keyless, "record was", "records were"), map[bool]string{true: "it", false: "them"}[c.keyless == 1], place, or(id.String, "none"), or(code.String, "none"))
	}
	switch {
	case t.total == nil:
		t.note("the server gave no total to compare with")
	case c.records+c.keyless < *t.total:
		t.doubt("%d distinct records were read in %s, the server counts %d: records moved between pages while they were read, or pages are missing: extract again when nobody writes",
			c.records+c.keyless, count(int64(t.passes), "pass", "passes"), *t.total)
	case c.records+c.keyless > *t.total:
		t.doubt("%d distinct records were read, the server counts only %d: its total cannot be relied on, or records were removed meanwhile: extract again",
			c.records+c.keyless, *t.total)
	case t.unsettled && len(t.doubts) == 0:
		t.doubt("no pass over the collection found all that the server counts, though all together did: a record may be missing: extract again when nobody writes")
	}
	return nil
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// idShare is how far the hub knows the IDs that a source holds of one provider and realm.
type idShare struct {
	provider, realm          string
	own                      bool
	ids, known, heldByNobody int64
	otherRealms              string
	providerIDs, hubRecords  int64
}

// judgeIDs tells a source that cannot be joined to the hub, most often by a wrong realm, from one that is merely new.
//
// IDs of a provider that the hub knows nothing of are no fault: that application is not connected yet. Of a provider
// that it does know, under half of the IDs is in doubt when the hub holds the provider under other realms instead, or
// when the IDs are those that should bridge to another application (also_ids, links) and no other source holds them
// either. The own IDs of an application of which less than half was pushed so far are only noted.
func judgeIDs(ctx context.Context, on queries.Querier, t *task, e *Extraction) error {
	var shares []idShare
	err := queries.Each(ctx, on, "extract/ids_known.sql", queries.Args{"source": t.source.Name, "collection": t.collection},
		func(rows *sql.Rows) error {
			var s idShare
			err := rows.Scan(&s.provider, &s.realm, &s.own, &s.ids, &s.known, &s.heldByNobody, &s.otherRealms, &s.providerIDs, &s.hubRecords)
			shares = append(shares, s)
			return err
		})
	if err != nil || len(shares) == 0 {
		return err
	}
	var checked, known, nobody int64
	for _, s := range shares {
		nobody += s.heldByNobody
		if s.providerIDs > 0 {
			checked, known = checked+s.ids, known+s.known
		}
		t.judgeShare(s)
	}
	if t.source.Type == config.TypeLinks && nobody > 0 {
		t.judgeUnheld(shares, nobody)
	}
	if shares[0].hubRecords > 0 {
		e.IDsChecked, e.IDsKnown = &checked, &known
	}
	return nil
}

func (t *task) judgeShare(s idShare) {
	joined := s.ids - s.heldByNobody
	if s.own {
		joined = s.known
	}
	few := 2*joined < s.ids
	words := fmt.Sprintf("the hub knows %d of %d IDs of %s/%s", s.known, s.ids, s.provider, s.realm)
	switch {
	case s.hubRecords == 0:
	case s.providerIDs == 0:
		t.note("the hub holds no ID of %s in any realm: it is not connected yet", s.provider)
	case few && s.otherRealms != "":
		t.doubt("%s; for %s it holds %s: check `realm`", words, s.provider, s.otherRealms)
	case few && !s.own:
		t.doubt("%s: check that the column or file is that of this application, and of the hub's group", words)
	case few:
		t.note("%s: the others were not pushed yet", words)
	}
}

// judgeUnheld reports links whose IDs no record bears, neither of the hub nor of a file.
func (t *task) judgeUnheld(shares []idShare, nobody int64) {
	var all int64
	var where []string
	for _, s := range shares {
		all += s.ids
		if s.heldByNobody > 0 {
			where = append(where, fmt.Sprintf("%d of %d of %s/%s", s.heldByNobody, s.ids, s.provider, s.realm))
		}
	}
	words := fmt.Sprintf("of the %d IDs that the links name no record bears %d (%s)", all, nobody, strings.Join(where, ", "))
	if 2*nobody > all {
		t.doubt("%s: check provider, realm and collection", words)
		return
	}
	t.note("%s: these links join nothing", words)
}
