package extract

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/config"
)

// ProposeOptions are what is known of a file beyond what stands in it.
type ProposeOptions struct {
	Path string
	// Collection of its rows; "" guesses people or organizations.
	Collection string
	// Provider and Realm of the rows' own IDs; "" leaves config.Placeholder.
	Provider, Realm string
}

// proposedFrom is how many rows of a file are looked at.
const proposedFrom = 5000

// Propose drafts the source of a file: its columns are mapped by their names and by what their values look like, from its
// first 5,000 rows, and every choice bears its reason. The same file always gives the same draft. It fails when the file
// cannot be read, or no column tells its rows apart.
func Propose(ctx context.Context, o ProposeOptions) (config.Draft, error) {
	x, release, err := inspect(ctx, proposedFrom)
	if err != nil {
		return config.Draft{}, err
	}
	defer release()
	format, err := formatOf(o.Path)
	if err != nil {
		return config.Draft{}, err
	}
	t := &task{source: config.Source{Path: o.Path, MaxRejected: 1}, run: 1}
	if err := x.stageFile(ctx, t, format); err != nil {
		return config.Draft{}, err
	}
	columns, err := x.profiles(ctx, t)
	if err != nil {
		return config.Draft{}, err
	}
	p := &proposal{columns: columns, to: map[string]string{}, why: map[string]string{}, taken: map[string]string{}}
	return p.draft(t, o)
}

// proposal is a mapping in the making.
type proposal struct {
	columns    []*profile
	collection string
	id         *profile
	to         map[string]string // column: field or reference
	taken      map[string]string // field or reference: column
	why        map[string]string // column: the reason for its field, or for none
}

// draft maps the columns, the surest names first.
func (p *proposal) draft(t *task, o ProposeOptions) (config.Draft, error) {
	var why string
	p.collection, why = o.Collection, "as told"
	if p.collection == "" {
		p.collection, why = p.guessCollection(o.Path)
	}
	d := config.Draft{Path: o.Path, Collection: p.collection, ID: config.IDColumn{Provider: o.Provider, Realm: o.Realm}}
	d.About = append(d.About, aboutFile(t), p.collection+": "+why)
	for _, note := range t.notes {
		d.About = append(d.About, note)
	}
	if t.rejected.count > 0 {
		d.About = append(d.About, fmt.Sprintf("%d of these rows cannot be loaded, the first on %s %d: %s", t.rejected.count, t.unit(), t.rejected.first[0].Line, t.rejected.first[0].Reason))
	}
	p.id, d.IDWhy = p.ownID()
	if p.id == nil {
		return d, fmt.Errorf("%s: no column tells its rows apart, each has gaps or values that stand twice: export the application's own ID with them%s", o.Path, headerTaken(t))
	}
	d.ID.Column = p.id.name
	p.mapReferences()
	p.mapFields()
	p.mapFullName()
	p.mapPhones()
	p.mapAddresses()
	p.mapByContent()
	p.list(&d)
	p.readDates(&d, t.rows < proposedFrom)
	return d, nil
}

// readDates says how the birth dates are meant, where that needs saying. What is told goes for the whole file, so that a part
// of it only proposes: untold, all its dates are asked.
func (p *proposal) readDates(d *config.Draft, whole bool) {
	for _, c := range p.columns {
		if p.to[c.name] != "birth_date" {
			continue
		}
		switch reading := c.dates.reading(); {
		case reading != "" && !whole:
			d.DatesWhy = "the rows looked at say " + reading + "; untold, an extraction asks all of the file"
		case reading != "":
			d.Dates, d.DatesWhy = reading, "by its values"
		case c.dates.both > 0:
			d.DatesWhy = "nothing in the file tells how " + c.dates.example + " is meant, and until this does such dates are left unread"
		}
	}
}

// aboutFile says how the file is written, and how much of it was looked at.
func aboutFile(t *task) string {
	v := Preview{Packed: t.form.packed, Encoding: t.form.encoding}
	v.Format, _ = formatOf(t.source.Path)
	if t.dialect.delimiter != 0 {
		v.Delimiter, v.HeaderLine = delimiterName(t.dialect.delimiter), t.dialect.headerLine
	}
	if t.rows < proposedFrom {
		return v.Form() + "; " + count(t.rows, "row", "rows")
	}
	return fmt.Sprintf("%s; by its first %d rows", v.Form(), t.rows)
}

// headerTaken says what was taken for the header of a delimited file: one that has none shows values there.
func headerTaken(t *task) string {
	if t.dialect.delimiter == 0 {
		return ""
	}
	var first []string
	for _, c := range t.dialect.columns[:min(len(t.dialect.columns), 3)] {
		first = append(first, strconv.Quote(c))
	}
	return fmt.Sprintf("; line %d was taken for the columns' names (%s): write them there if they are none", t.dialect.headerLine, strings.Join(first, ", "))
}

// guessCollection tells people from organizations by the columns, then by the file's name.
func (p *proposal) guessCollection(path string) (collection, why string) {
	has := func(words *regexp.Regexp) string {
		for _, c := range p.columns {
			if words.MatchString(columnWords(c.name)) && c.filled > 0 {
				return c.name
			}
		}
		return ""
	}
	for _, c := range p.columns {
		// Xero's word for an organization is ContactName; elsewhere a contact is a person.
		if xero := strings.TrimPrefix(c.name, "*") == "ContactName"; xero || firmNames.MatchString(columnWords(c.name)) && c.share(kindText) > 0.5 {
			return "organizations", fmt.Sprintf("column %q names an organization", c.name)
		}
	}
	if c := has(personNames); c != "" {
		return "people", fmt.Sprintf("column %q is a part of a person's name", c)
	}
	switch name := filepath.Base(path); {
	case firmFileName.MatchString(name) && !peopleFileName.MatchString(name):
		return "organizations", "by the file's name"
	case peopleFileName.MatchString(name):
		return "people", "by the file's name"
	}
	if c := has(fullNames); c != "" && has(personTraits) != "" {
		return "people", fmt.Sprintf("column %q belongs to people", has(personTraits))
	}
	return "organizations", "no column belongs to people alone"
}

// likelyID is the column that holds the rows' own ID, by its name and by its values; nil when none does.
func likelyID(columns []*profile, collection string) *profile {
	for _, names := range ownIDs(collection) {
		for _, c := range columns {
			words := columnWords(c.name)
			// The bare word is Dynamics' name for an ID, and elsewhere one for a name.
			if names.MatchString(words) && c.names() && (strings.Contains(words, " ") || words == "id" || c.kind() == kindUUID || c.spaced == 0 && c.kind() == kindInteger) {
				return c
			}
		}
	}
	for _, c := range columns {
		words := columnWords(c.name)
		if idWords.MatchString(words) && c.names() && c.spaced == 0 && !firmIDs.MatchString(words) && !otherIDWords.MatchString(words) && !otherRecord.MatchString(words) {
			return c
		}
	}
	return nil
}

// ownID is the column that names the rows: an ID, else what stands in for one.
func (p *proposal) ownID() (column *profile, why string) {
	if c := likelyID(p.columns, p.collection); c != nil {
		names := ownIDs(p.collection)
		if names[len(names)-1].MatchString(columnWords(c.name)) {
			return c, "by its name, and no value stands twice; people give such numbers: ask whether Connec! knows the records by it"
		}
		return c, "by its name, and no value stands twice"
	}
	standIns := []*regexp.Regexp{
		regexp.MustCompile(`^(?:` + wordsEmail + `)$`),
		regexp.MustCompile(`^(?:contact name|co last name|customer full name|customer|vendor|supplier|full name|name|.* name|firma)$`),
	}
	if p.collection != "people" {
		slices.Reverse(standIns)
	}
	for _, s := range standIns {
		for _, c := range p.columns {
			if words := columnWords(c.name); s.MatchString(words) && !partOfName.MatchString(words) && c.names() {
				return c, "no column holds IDs; unless the application knows its records by this, export its own ID: one that is attached to a hub record stays there"
			}
		}
	}
	return nil, ""
}

// set maps a column, unless it or the field is mapped already.
func (p *proposal) set(c *profile, to, why string) bool {
	if p.to[c.name] != "" || c.filled == 0 || p.isOwnID(c) {
		return false
	}
	if by := p.taken[to]; by != "" {
		p.why[c.name] = fmt.Sprintf("%s is mapped already, from %q", to, by)
		return false
	}
	p.to[c.name], p.taken[to], p.why[c.name] = to, c.name, why
	return true
}

// isOwnID reports whether the column is an ID and nothing else: a name or an e-mail address that stands in for one is a
// field, too.
func (p *proposal) isOwnID(c *profile) bool {
	return c == p.id && likelyID(p.columns, p.collection) == c
}

const byName, byNameAndValues = "by its name", "by its name and values"

func (p *proposal) mapReferences() {
	if p.collection != "people" {
		return
	}
	for _, c := range p.columns {
		words := columnWords(c.name)
		switch {
		case !firmIDs.MatchString(words) || !strings.Contains(words, " ") && c.kind() != kindUUID:
		case c.mangled > 0:
			p.why[c.name] = "a spreadsheet rounded its IDs"
		case 10*c.several > c.filled:
			p.why[c.name] = "some cells hold several IDs, a reference is one"
		case 2*c.spaced < c.filled:
			p.set(c, "organization_id", byName)
		}
	}
}

func (p *proposal) mapFields() {
	for _, r := range fieldRules(p.collection) {
		var best *profile
		for _, c := range p.columns {
			if !r.words.MatchString(columnWords(c.name)) || p.to[c.name] != "" || c.filled == 0 {
				continue
			}
			if len(r.kinds) > 0 && c.share(r.kinds...) < 0.5 {
				p.why[c.name] = fmt.Sprintf("its name says %s, but few of its values look like a %s", r.field, strings.Join(r.kinds, " or "))
				continue
			}
			if best == nil || c.filled > best.filled {
				best = c
			}
		}
		if best != nil {
			why := byName
			if len(r.kinds) > 0 {
				why = byNameAndValues
			}
			p.set(best, r.field, why)
		}
	}
	for _, c := range p.columns { // those that fit a rule another column won
		for _, r := range fieldRules(p.collection) {
			if r.words.MatchString(columnWords(c.name)) && p.taken[r.field] != "" {
				p.set(c, r.field, "")
			}
		}
	}
}

// mapFullName maps a person's whole name when no column holds its parts.
func (p *proposal) mapFullName() {
	if p.collection != "people" || p.taken["first_name"] != "" || p.taken["last_name"] != "" {
		return
	}
	for _, c := range p.columns {
		if fullNames.MatchString(columnWords(c.name)) {
			p.set(c, "first_name", "a whole name; matching takes it apart")
		}
	}
}

func (p *proposal) mapPhones() {
	ofFirms := p.taken["company_name"] != "" || p.taken["organization_id"] != ""
	for _, c := range p.columns {
		field := phoneField(columnWords(c.name), p.collection, ofFirms)
		switch {
		case field == "":
		case c.share(kindPhone, kindInteger, kindNumber) < 0.5:
			p.why[c.name] = "its name says phone, but few of its values look like a phone number"
		case p.taken[field] == "":
			p.set(c, field, byNameAndValues)
		default:
			p.set(c, field+"2", byNameAndValues)
		}
	}
}

func (p *proposal) mapAddresses() {
	for _, c := range p.columns {
		words := columnWords(c.name)
		if notAddress.MatchString(words) {
			continue
		}
		if field := addressField(words, p.collection); field != "" {
			p.set(c, field, byName)
		}
	}
}

// mapByContent maps what no name told, where the values leave no doubt.
func (p *proposal) mapByContent() {
	phone := "phone.landline"
	if p.collection == "people" {
		phone = "phone_home.landline"
	}
	for _, c := range p.columns {
		switch {
		case p.to[c.name] != "" || p.why[c.name] != "":
		case c.kind() == kindEmail && p.taken["email.address"] == "":
			p.set(c, "email.address", fmt.Sprintf("by its values: %.0f %% are e-mail addresses", 100*c.share(kindEmail)))
		case c.kind() == kindPhone && !p.anyPhone():
			p.set(c, phone, fmt.Sprintf("by its values: %.0f %% look like phone numbers", 100*c.share(kindPhone)))
		}
	}
}

func (p *proposal) anyPhone() bool {
	for field := range p.taken {
		if strings.HasPrefix(field, "phone") {
			return true
		}
	}
	return false
}

// list writes the mapping into the draft, in the order of the file's columns.
func (p *proposal) list(d *config.Draft) {
	for _, c := range p.columns {
		entry := config.DraftEntry{Key: p.to[c.name], Column: c.name, Why: p.why[c.name]}
		switch {
		case entry.Key == "organization_id":
			d.References = append(d.References, entry)
		case entry.Key != "":
			d.Fields = append(d.Fields, entry)
		case c == p.id:
		default:
			entry.Why = p.unmappedWhy(c)
			d.Unmapped = append(d.Unmapped, entry)
		}
	}
}

func (p *proposal) unmappedWhy(c *profile) string {
	switch {
	case c.filled == 0:
		return "no values in the rows looked at"
	case p.why[c.name] != "":
		return p.why[c.name]
	case otherIDWords.MatchString(columnWords(c.name)):
		return "perhaps another application's ID of the row: then name it under also_ids"
	}
	return "no field of Connec! fits its name"
}
