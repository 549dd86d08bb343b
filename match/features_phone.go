package match

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// phoneOf normalises a number to digits with its country's code, and says whether it is a mobile's.
// A number of a plain form of a country known here is taken as it is; the others are read by phonenumbers with the
// country of the record.
func (t *texts) phoneOf(text, country string) (digits string, mobile bool) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return "", false
	}
	digits = t.digitsOf(trimmed)
	if len(digits) < 6 || len(digits) > 17 || repeated(digits) || sequence(digits) || repeated(digits[2:]) {
		return "", false
	}
	if country == "" && trimmed[0] != '+' {
		return strings.TrimLeft(digits, "0"), false
	}
	if d, m, ok := t.plainPhone(trimmed, digits, country); ok {
		return d, m
	}
	number, err := phonenumbers.Parse(text, country)
	if err != nil {
		return strings.TrimLeft(digits, "0"), false
	}
	kind := phonenumbers.GetNumberType(number)
	return strings.TrimPrefix(phonenumbers.Format(number, phonenumbers.E164), "+"), kind == phonenumbers.MOBILE
}

// dialPlan is how some numbers of one country are written without its code.
type dialPlan struct {
	region, code, trunk string
	least, most         int      // digits of a number, without code and trunk prefix
	starts              []string // with which these numbers begin
	mobile              bool
}

// dialPlans are those of the countries whose numbers need no library: after ITU-T E.164 and the countries' own plans.
// North America's numbers do not tell mobiles from fixed lines. A test holds them against phonenumbers.
var dialPlans = [...]dialPlan{
	{"AU", "61", "0", 9, 9, []string{"2", "3", "5", "7", "8"}, false},
	{"AU", "61", "0", 9, 9, []string{"4"}, true},
	{"NZ", "64", "0", 8, 10, []string{"3", "4", "6", "7", "9", "25"}, false},
	{"NZ", "64", "0", 8, 10, []string{"20", "21", "22", "26", "27", "28", "29"}, true},
	{"GB", "44", "0", 10, 10, []string{"1", "2"}, false},
	{"GB", "44", "0", 10, 10, []string{"71", "72", "73", "74", "75", "77", "78", "79"}, true},
	{"US", "1", "1", 10, 10, []string{"2", "3", "4", "5", "6", "7", "8", "9"}, false},
	{"CA", "1", "1", 10, 10, []string{"2", "3", "4", "5", "6", "7", "8", "9"}, false},
}

// plainPhone reads the commonest shapes without the library.
func (t *texts) plainPhone(trimmed, digits, country string) (e164 string, mobile, ok bool) {
	for i := range len(trimmed) {
		switch c := trimmed[i]; {
		case c >= '0' && c <= '9', c == ' ', c == '-', c == '(', c == ')', c == '.', c == '+' && i == 0:
		default:
			return "", false, false
		}
	}
	for i := range dialPlans {
		if national, ok := dialPlans[i].national(trimmed[0] == '+', digits, country); ok {
			return t.keep(dialPlans[i].code, national), dialPlans[i].mobile, true
		}
	}
	return "", false, false
}

// national is a number without code and trunk prefix, if it is one of the plan's.
func (p *dialPlan) national(international bool, digits, country string) (string, bool) {
	rest, ok := digits, true
	switch {
	case international:
		rest, ok = strings.CutPrefix(digits, p.code)
	case p.region != country:
		return "", false
	default:
		rest, ok = strings.CutPrefix(digits, p.trunk)
		ok = ok || p.trunk == "1"
	}
	if !ok || len(rest) < p.least || len(rest) > p.most {
		return "", false
	}
	return rest, slices.ContainsFunc(p.starts, func(start string) bool { return strings.HasPrefix(rest, start) })
}

func (t *texts) digitsOf(text string) string {
	digits := t.scratch[:0]
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			digits = append(digits, text[i])
		}
	}
	return t.made(digits)
}

// sequence reports whether digits count up, as 12345678 does.
func sequence(digits string) bool { return strings.Contains("01234567890123456789", digits) }

// regionOf is the two-letter code of a country as people write it, or "".
func (t *texts) regionOf(country string) string {
	switch c := t.fold(country); c {
	case "":
		return ""
	case "australia", "aus":
		return "AU"
	case "new zealand", "nzl":
		return "NZ"
	case "united kingdom", "great britain", "england", "scotland", "wales", "gbr", "uk":
		return "GB"
	case "united states", "united states of america", "usa":
		return "US"
	case "canada":
		return "CA"
	case "france":
		return "FR"
	case "germany", "deutschland":
		return "DE"
	case "singapore":
		return "SG"
	case "ireland":
		return "IE"
	default:
		if len(c) == 2 {
			return strings.ToUpper(c)
		}
	}
	return ""
}
