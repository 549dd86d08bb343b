package extract

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// Preview is what an extraction would do with one source and collection: of a file what it holds and how it is mapped, of
// the hub where it would be read.
type Preview struct {
	Source     string `json:"source"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	// Of the hub.
	Endpoint string `json:"endpoint,omitempty"`
	Group    string `json:"group,omitempty"`
	// Of a file: how it is written. Delimiter is a word or the character itself, HeaderLine counts from 1.
	Path       string `json:"path,omitempty"`
	Format     string `json:"format,omitempty"`
	Packed     string `json:"packed,omitempty"`
	Encoding   string `json:"encoding,omitempty"`
	Delimiter  string `json:"delimiter,omitempty"`
	HeaderLine int64  `json:"header_line,omitempty"`
	// Rows is how many were looked at, from the first on; Whole that the file has no more.
	Rows     int64           `json:"rows,omitempty"`
	Whole    bool            `json:"whole,omitempty"`
	Rejected int64           `json:"rejected,omitempty"`
	First    []RejectedRow   `json:"first_rejected,omitempty"`
	Columns  []PreviewColumn `json:"columns,omitempty"`
	// Records are the first rows as they would be loaded, in Connec!'s shape.
	Records []json.RawMessage `json:"records,omitempty"`
	// LikelyID is the column that looks most like the rows' own ID, when it is not the one that is mapped.
	LikelyID string   `json:"likely_id,omitempty"`
	Notes    []string `json:"notes,omitempty"`
	// Problem is why the extraction would stop; "" when nothing would.
	Problem string `json:"problem,omitempty"`
}

// PreviewColumn is one column of a file.
type PreviewColumn struct {
	Name string `json:"name"`
	// Fields are what it is mapped to: id, also_ids, a field path, a reference; empty when it is not.
	Fields []string `json:"fields"`
	Kind   string   `json:"kind"`   // what its values look like; "" when it has none
	Filled float64  `json:"filled"` // share of the rows looked at that have a value, 0 to 1
}

// How much of a file a preview reads and shows.
const (
	previewRows    = 1000
	previewRecords = 3
)

// DryRun shows what Run would do with each source. It needs no workspace and sends nothing.
func DryRun(ctx context.Context, o Options) ([]Preview, error) {
	tasks, err := plan(o.Config, o.Collections)
	if err != nil {
		return nil, err
	}
	x, release, err := inspect(ctx, previewRows)
	if err != nil {
		return nil, err
	}
	defer release()
	var all []Preview
	for i, t := range tasks {
		t.run = int64(i + 1)
		p := Preview{Source: t.source.Name, Type: t.source.Type, Collection: t.collection}
		if t.source.Type == config.TypeConnec {
			p.Endpoint, p.Group = t.source.Endpoint, t.source.Group
		} else if err := x.preview(ctx, t, &p); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			p.Problem = err.Error()
		}
		all = append(all, p)
	}
	return all, nil
}

// inspect is an extraction in memory that reads the first rows of files.
func inspect(ctx context.Context, most int64) (x *extraction, release func(), err error) {
	db, err := queries.Open(ctx, "", queries.Options{Create: true})
	if err != nil {
		return nil, nil, err
	}
	x = &extraction{Options: Options{DB: db}.withDefaults(), most: most}
	done, err := x.connect(ctx)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return x, func() { done(); db.Close() }, nil
}

// preview reads the first rows of a file, and maps them.
func (x *extraction) preview(ctx context.Context, t *task, p *Preview) error {
	p.Path = t.source.Path
	p.Format, _ = formatOf(t.source.Path)
	read := x.readFile
	if t.source.Type == config.TypeLinks {
		read = x.readLinks
	}
	err := read(ctx, t)
	p.Packed, p.Encoding = t.form.packed, t.form.encoding
	if t.dialect.delimiter != 0 {
		p.Delimiter, p.HeaderLine = delimiterName(t.dialect.delimiter), t.dialect.headerLine
	}
	p.Rows, p.Whole, p.Rejected, p.First = t.rows, t.rows < x.most, t.rejected.count, t.rejected.first
	p.Notes = t.notes
	if err != nil {
		return err
	}
	if t.source.Type == config.TypeLinks {
		return nil
	}
	if err := x.previewColumns(ctx, t, p); err != nil {
		return err
	}
	if err := t.cut(ctx); err != nil {
		return err
	}
	return queries.Each(ctx, x.conn, "extract/staged_rows_first.sql", queries.Args{
		"source": t.source.Name, "collection": t.collection, "most": previewRecords,
	}, func(rows *sql.Rows) error {
		var raw string
		err := rows.Scan(&raw)
		p.Records = append(p.Records, json.RawMessage(raw))
		return err
	})
}

func (x *extraction) previewColumns(ctx context.Context, t *task, p *Preview) error {
	profiles, err := x.profiles(ctx, t)
	if err != nil {
		return err
	}
	targets := mappedTo(t.source)
	for _, c := range profiles {
		p.Columns = append(p.Columns, PreviewColumn{Name: c.name, Fields: append([]string{}, targets[c.name]...), Kind: c.kind(), Filled: c.fill()})
	}
	if !mapped(t.source) {
		return nil
	}
	if id := likelyID(profiles, t.collection); id != nil && id.name != t.source.ID.Column {
		p.LikelyID = id.name
	}
	return nil
}

// mappedTo names what each column of the source is mapped to.
func mappedTo(s config.Source) map[string][]string {
	to := map[string][]string{}
	if s.ID.Column != "" {
		to[s.ID.Column] = []string{fmt.Sprintf("id of %s/%s", s.ID.Provider, s.ID.Realm)}
	}
	for _, id := range s.AlsoIDs {
		to[id.Column] = append(to[id.Column], fmt.Sprintf("id of %s/%s", id.Provider, id.Realm))
	}
	for _, path := range slices.Sorted(maps.Keys(s.Fields)) {
		to[s.Fields[path]] = append(to[s.Fields[path]], path)
	}
	for _, path := range slices.Sorted(maps.Keys(s.References)) {
		id := s.References[path]
		to[id.Column] = append(to[id.Column], fmt.Sprintf("%s, ID of %s/%s", path, id.Provider, id.Realm))
	}
	return to
}

// Unmapped are the columns that are mapped to nothing, though they hold something.
func (p Preview) Unmapped() []string {
	var names []string
	for _, c := range p.Columns {
		if len(c.Fields) == 0 && c.Kind != "" {
			names = append(names, c.Name)
		}
	}
	return names
}

// Form says in words how the file is written.
func (p Preview) Form() string {
	words := []string{p.Format}
	for _, w := range []string{p.Packed, p.Encoding, p.Delimiter} {
		if w != "" {
			words = append(words, w)
		}
	}
	if p.HeaderLine > 0 {
		words = append(words, fmt.Sprintf("header on line %d", p.HeaderLine))
	}
	return strings.Join(words, ", ")
}
