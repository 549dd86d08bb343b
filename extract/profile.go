package extract

import (
	"bytes"
	"context"
	"database/sql"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	queries "github.com/sameas/sameas/sql"

	"github.com/sameas/sameas/internal/config"
)

// Kinds of values that a column may hold.
const (
	kindEmail   = "e-mail"
	kindURL     = "web address"
	kindDate    = "date"
	kindTime    = "time"
	kindUUID    = "UUID"
	kindPhone   = "phone"
	kindCountry = "country"
	kindInteger = "integer"
	kindNumber  = "number"
	kindTitle   = "form of address"
	kindText    = "text"
)

var (
	emailForm = regexp.MustCompile(`^[^\s@,;<>"]+@[^\s@,;<>"]+\.[A-Za-z\x{80}-\x{10ffff}]{2,}$`)
	urlForm   = regexp.MustCompile(`^(?i:https?://\S+|www\.\S+)$|^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(/\S*)?$`)
	uuidForm  = regexp.MustCompile(`^\{?[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?$`)
	// numberedDate parts a date of numbers, the year last.
	numberedDate = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}$`)
	dateForm     = regexp.MustCompile(`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}|[A-Za-z]{3,9} \d{1,2},? \d{4})$`)
	phoneForm    = regexp.MustCompile(`^(?i:phone: ?|tel: ?)?[+(]?[0-9][0-9 ().\-/+]{5,24}( ?(?i:x|ext\.?) ?\d+)?$`)
	integerForm  = regexp.MustCompile(`^-?\d+$`)
	numberForm   = regexp.MustCompile(`^-?[$€£]?\d[\d,]*(\.\d+)?$`)
	titleForm    = regexp.MustCompile(`^(?i:mr|mrs|ms|miss|mx|dr|prof|professor|sir|rev|herr|frau|mme|m)\.?$`)
)

// countryNames are the countries that exports name most; a two- or three-letter code is one by its form.
var countryNames = regexp.MustCompile(`^(?i:australia|new zealand|united states( of america)?|usa|u\.s\.a\.|united kingdom|uk|great britain|england|scotland|wales|ireland|canada|singapore|malaysia|indonesia|india|china|hong kong|japan|france|germany|deutschland|spain|italy|netherlands|belgium|switzerland|austria|denmark|sweden|norway|finland|poland|portugal|brazil|mexico|south africa|united arab emirates|philippines|thailand|vietnam)$|^[A-Z]{2,3}$`)

// kindOf is what a value looks like. The forms are asked from the strictest on.
func kindOf(value string) string {
	switch {
	case emailForm.MatchString(value):
		return kindEmail
	case uuidForm.MatchString(value):
		return kindUUID
	case isTime(value):
		return kindTime
	case dateForm.MatchString(value):
		return kindDate
	case integerForm.MatchString(value) && len(value) < 8:
		return kindInteger
	case phoneForm.MatchString(value) && strings.ContainsAny(value, " +().-/"):
		return kindPhone
	case integerForm.MatchString(value):
		return kindInteger
	case numberForm.MatchString(value):
		return kindNumber
	case titleForm.MatchString(value):
		return kindTitle
	case countryNames.MatchString(value):
		return kindCountry
	case urlForm.MatchString(value):
		return kindURL
	}
	return kindText
}

// isTime tells the times that records.sql can read: by ISO 8601, with or without a zone.
func isTime(value string) bool {
	if len(value) < len("2006-01-02 15:04") || value[4] != '-' {
		return false
	}
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05.000-0700"} {
		if _, err := time.Parse(layout, value); err == nil {
			return true
		}
	}
	return false
}

// profile is what the first rows of a file say of one column.
type profile struct {
	name     string
	rows     int // looked at
	filled   int
	spaced   int // values with a blank in them
	several  int // values with a semicolon or a comma in them
	mangled  int // numbers that a spreadsheet rounded
	example  string
	kinds    map[string]int
	distinct map[string]bool
	dates    dateReadings
}

// dateReadings count dates such as 03/04/1980 by the readings that fit: day first alone, month first alone, and both.
type dateReadings struct {
	day, month, both int
	example          string // of both
}

func (d *dateReadings) add(value string) {
	parts := numberedDate.FindStringSubmatch(value)
	if parts == nil {
		return
	}
	a, _ := strconv.Atoi(parts[1])
	b, _ := strconv.Atoi(parts[2])
	switch {
	case a > 12 && b <= 12:
		d.day++
	case b > 12 && a <= 12:
		d.month++
	case a != b && a <= 12:
		d.both++
		d.example = value
	}
}

// reading is what the dates of one reading tell of the others, as records.sql takes it; "" when they do not.
func (d *dateReadings) reading() string {
	switch {
	case d.day > 0 && 100*d.month <= d.day:
		return config.DayFirst
	case d.month > 0 && 100*d.day <= d.month:
		return config.MonthFirst
	}
	return ""
}

// kind is what nine of ten values look like; "" when the column is empty.
func (p *profile) kind() string {
	if p.filled == 0 {
		return ""
	}
	for _, kind := range []string{kindEmail, kindUUID, kindTime, kindDate, kindPhone, kindTitle, kindCountry, kindURL, kindInteger} {
		if p.share(kind) >= 0.9 {
			return kind
		}
	}
	if p.share(kindInteger, kindNumber) >= 0.9 {
		return kindNumber
	}
	return kindText
}

// share is how much of the values is of one of the kinds.
func (p *profile) share(kinds ...string) float64 {
	n := 0
	for _, k := range kinds {
		n += p.kinds[k]
	}
	return float64(n) / float64(max(1, p.filled))
}

// fill is how much of the rows has a value.
func (p *profile) fill() float64 { return float64(p.filled) / float64(max(1, p.rows)) }

// names reports whether the values can tell the rows apart: hardly any is missing, and hardly any stands twice.
func (p *profile) names() bool {
	return p.mangled == 0 && p.fill() >= 0.95 && float64(len(p.distinct)) >= 0.98*float64(p.filled)
}

func (p *profile) add(value string) {
	p.filled++
	p.kinds[kindOf(value)]++
	p.distinct[value] = true
	p.dates.add(value)
	if strings.ContainsAny(value, " \n") {
		p.spaced++
	}
	if strings.ContainsAny(value, ",;") {
		p.several++
	}
	if isMangled(value) {
		p.mangled++
	}
	if p.example == "" {
		p.example = value
	}
}

// profiles looks at the task's rows as they were read. The columns of a file without a header are the members of its
// objects, a nested one by its path, in the order met.
func (x *extraction) profiles(ctx context.Context, t *task) ([]*profile, error) {
	var all []*profile
	byName := map[string]*profile{}
	column := func(name string) *profile {
		if byName[name] == nil {
			byName[name] = &profile{name: name, kinds: map[string]int{}, distinct: map[string]bool{}}
			all = append(all, byName[name])
		}
		return byName[name]
	}
	for _, name := range t.columns {
		column(name)
	}
	rows := 0
	err := queries.Each(ctx, x.conn, "extract/staged_lines_listed.sql", queries.Args{"run": t.run}, func(r *sql.Rows) error {
		var line string
		if err := r.Scan(&line); err != nil {
			return err
		}
		rows++
		return eachScalar(jsontext.NewDecoder(bytes.NewReader([]byte(line))), "", func(path, value string) {
			if value = trim(value); value != "" {
				column(path).add(value)
			} else {
				column(path)
			}
		})
	})
	for _, p := range all {
		p.rows = rows
	}
	return all, err
}

// eachScalar calls see for every text and number of a JSON object, members of objects in it by their dotted path. Arrays
// are passed over: no column can be mapped out of one.
func eachScalar(d *jsontext.Decoder, path string, see func(path, value string)) error {
	if d.PeekKind() == '{' {
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		for d.PeekKind() == '"' {
			name, err := d.ReadToken()
			if err != nil {
				return err
			}
			inner := name.String()
			if path != "" {
				inner = path + "." + inner
			}
			if err := eachScalar(d, inner, see); err != nil {
				return err
			}
		}
		_, err := d.ReadToken()
		return err
	}
	kind := d.PeekKind()
	value, err := d.ReadValue()
	if err != nil || slices.Contains([]jsontext.Kind{'[', 'n', 't', 'f'}, kind) {
		return err
	}
	text := string(value)
	if kind == '"' {
		unquoted, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			return err
		}
		text = string(unquoted)
	}
	see(path, text)
	return nil
}
