package match

import (
	"bytes"
	"strings"
)

// addressWords maps the words of addresses to one short form each. English, from general knowledge of street types.
var addressWords = map[string]string{"street": "st", "str": "st", "road": "rd", "avenue": "ave", "av": "ave", "drive": "dr", "drv": "dr",
	"place": "pl", "court": "ct", "crt": "ct", "crescent": "cres", "cr": "cres", "crs": "cres", "circuit": "cct", "close": "cl", "lane": "ln",
	"terrace": "tce", "ter": "tce", "parade": "pde", "boulevard": "blvd", "bvd": "blvd", "highway": "hwy", "square": "sq",
	"grove": "gr", "gardens": "gdns", "parkway": "pkwy", "esplanade": "esp", "mount": "mt", "saint": "st",
	"north": "n", "south": "s", "east": "e", "west": "w", "apartment": "unit", "apt": "unit", "flat": "unit", "suite": "unit", "ste": "unit",
	"u": "unit", "level": "lvl", "building": "bldg", "number": "", "no": "", "the": ""}

// streetOf folds the lines of an address; a slash between unit and number parts them.
func (t *texts) streetOf(a *address) string {
	t.lines = appendFolded(appendFolded(t.lines[:0], a.line1), a.line2)
	kept := t.scratch[:0]
	for w := range bytes.FieldsSeq(t.lines) {
		form, known := addressWords[string(w)]
		if !known {
			form = string(w)
		}
		if form == "" || form == "unit" {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, ' ')
		}
		kept = append(kept, form...)
	}
	text := t.made(kept)
	if isPlaceholder(text) {
		return ""
	}
	return text
}

// cityOf folds a place's name.
func (t *texts) cityOf(a *address) string {
	text := t.fold(a.city)
	if isPlaceholder(text) {
		return ""
	}
	if rest, ok := strings.CutPrefix(text, "saint "); ok {
		return t.keep("st ", rest)
	}
	return text
}

// postcodeOf is the code without blanks; one of another country is told apart by its shape.
func (t *texts) postcodeOf(a *address) string {
	text := strings.ReplaceAll(t.fold(a.postcode), " ", "")
	if isPlaceholder(text) {
		return ""
	}
	return text
}

// placeFields are the parts of several addresses, and the country of the first that names one.
type placeFields struct {
	streets, cities, postcodes []string
	country                    string
}

// addressFields are the parts of those addresses that keep(kind) wants.
func (m *maker) addressFields(addresses []address, keep func(kind string) bool) *placeFields {
	p := &m.at
	p.streets, p.cities, p.postcodes, p.country = p.streets[:0], p.cities[:0], p.postcodes[:0], ""
	for i := range addresses {
		a := &addresses[i]
		if p.country == "" {
			p.country = m.made.regionOf(a.country)
		}
		if !keep(a.kind) {
			continue
		}
		p.streets = append(p.streets, m.made.streetOf(a))
		p.cities = append(p.cities, m.made.cityOf(a))
		p.postcodes = append(p.postcodes, m.made.postcodeOf(a))
	}
	return p
}
