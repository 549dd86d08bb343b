package match

import "strings"

// addressWords maps the words of addresses to one short form each. English, from general knowledge of street types.
var addressWords = map[string]string{"street": "st", "str": "st", "road": "rd", "avenue": "ave", "av": "ave", "drive": "dr", "drv": "dr",
	"place": "pl", "court": "ct", "crt": "ct", "crescent": "cres", "cr": "cres", "crs": "cres", "circuit": "cct", "close": "cl", "lane": "ln",
	"terrace": "tce", "ter": "tce", "parade": "pde", "boulevard": "blvd", "bvd": "blvd", "highway": "hwy", "square": "sq",
	"grove": "gr", "gardens": "gdns", "parkway": "pkwy", "esplanade": "esp", "mount": "mt", "saint": "st",
	"north": "n", "south": "s", "east": "e", "west": "w", "apartment": "unit", "apt": "unit", "flat": "unit", "suite": "unit", "ste": "unit",
	"u": "unit", "level": "lvl", "building": "bldg", "number": "", "no": "", "the": ""}

// streetOf folds the lines of an address; a slash between unit and number parts them.
func streetOf(a *address) string {
	lines := a.line1
	if a.line2 != "" {
		lines += " " + a.line2
	}
	var short [128]byte
	kept := short[:0]
	for w := range strings.FieldsSeq(fold(lines)) {
		if form, ok := addressWords[w]; ok {
			w = form
		}
		if w == "" || w == "unit" {
			continue
		}
		if len(kept) > 0 {
			kept = append(kept, ' ')
		}
		kept = append(kept, w...)
	}
	text := string(kept)
	if isPlaceholder(text) {
		return ""
	}
	return text
}

// cityOf folds a place's name.
func cityOf(a *address) string {
	text := fold(a.city)
	if isPlaceholder(text) {
		return ""
	}
	if rest, ok := strings.CutPrefix(text, "saint "); ok {
		return "st " + rest
	}
	return text
}

// postcodeOf is the code without blanks; one of another country is told apart by its shape.
func postcodeOf(a *address) string {
	text := strings.ReplaceAll(fold(a.postcode), " ", "")
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
func addressFields(addresses []address, keep func(kind string) bool) placeFields {
	var p placeFields
	for i := range addresses {
		a := &addresses[i]
		if p.country == "" {
			p.country = regionOf(a.country)
		}
		if !keep(a.kind) {
			continue
		}
		p.streets = append(p.streets, streetOf(a))
		p.cities = append(p.cities, cityOf(a))
		p.postcodes = append(p.postcodes, postcodeOf(a))
	}
	return p
}
