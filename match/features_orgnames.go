package match

import "strings"

// legalForms are the words and word pairs that say what kind of company a company is, folded.
var legalForms = map[string]bool{"pty": true, "ltd": true, "limited": true, "inc": true, "incorporated": true, "llc": true, "llp": true, "plc": true,
	"corp": true, "corporation": true, "co": true, "company": true, "gmbh": true, "ag": true, "sa": true, "sas": true, "sarl": true, "srl": true,
	"spa": true, "bv": true, "nv": true, "oy": true, "ab": true, "as": true, "aps": true, "kg": true, "pte": true, "sdn": true, "bhd": true,
	"proprietary": true, "lp": true, "pl": true, "pllc": true, "kk": true, "trust": true, "nl": true, "pc": true, "unlimited": true}

// orgWords maps words of organizations' names to one form each.
var orgWords = map[string]string{"and": "", "the": "", "of": "", "intl": "international", "int": "international", "mfg": "manufacturing", "mfr": "manufacturing",
	"svcs": "services", "svc": "services", "service": "services", "eng": "engineering", "engr": "engineering", "engrg": "engineering",
	"assoc": "associates", "assocs": "associates", "bros": "brothers", "mgmt": "management", "mgt": "management", "tech": "technology",
	"technologies": "technology", "sys": "systems", "system": "systems", "solution": "solutions", "grp": "group", "natl": "national",
	"dist": "distribution", "distr": "distribution", "pkg": "packaging", "pkging": "packaging", "ind": "industries", "inds": "industries",
	"indust": "industries", "hldgs": "holdings", "hldg": "holdings", "holding": "holdings", "aust": "australia", "nz": "newzealand",
	"transp": "transport", "trans": "transport", "constr": "construction", "const": "construction", "dept": "department", "univ": "university",
	"ctr": "centre", "center": "centre", "bldrs": "builders", "prop": "properties", "props": "properties", "log": "logistics", "logs": "logistics",
	"logist": "logistics", "tex": "textiles", "text": "textiles", "inst": "instruments", "instr": "instruments", "whse": "warehouse",
	"mktg": "marketing", "acctg": "accounting", "electr": "electrical", "elec": "electrical"}

// orgName folds an organization's name: legal form stripped, abbreviations written out, single letters joined.
// A name of nothing but legal form words is kept whole.
func orgName(text string) string {
	folded := fold(dropTradingAs(text))
	words := joinLetters(strings.Fields(folded))
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if legalForms[w] {
			continue
		}
		if long, ok := orgWords[w]; ok {
			w = long
		}
		if w != "" {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = words
	}
	name := strings.Join(kept, " ")
	if isPlaceholder(name) {
		return ""
	}
	return name
}

// dropTradingAs keeps what stands before "trading as" and the like; the rest is another name of it.
func dropTradingAs(text string) string {
	lower := strings.ToLower(text)
	for _, mark := range []string{" t/a ", " trading as ", " d/b/a ", " dba "} {
		if i := strings.Index(lower, mark); i > 0 && i < len(text) {
			return text[:i]
		}
	}
	return text
}

// joinLetters makes one word of a run of single letters: "a b c motors" is "abc motors".
func joinLetters(words []string) []string {
	var out []string
	run := ""
	flush := func() {
		if run != "" {
			out = append(out, run)
			run = ""
		}
	}
	for _, w := range words {
		if len(w) == 1 && (w[0] < '0' || w[0] > '9') {
			run += w
			continue
		}
		flush()
		out = append(out, w)
	}
	flush()
	return out
}

// taxReference is a tax or registration number without its punctuation.
func taxReference(text string) string {
	code := strings.ReplaceAll(fold(text), " ", "")
	if len(code) < 4 || isPlaceholder(code) || sequence(code) || !strings.ContainsAny(code, "0123456789") {
		return ""
	}
	for _, prefix := range []string{"abn", "acn", "vat", "gst", "tin", "ein"} {
		code = strings.TrimPrefix(code, prefix)
	}
	return code
}
