package match

import (
	"slices"
	"strings"
)

// orgWords maps words of organizations' names to one form each; "" is a word that says nothing.
func orgWords() map[string]string {
	return map[string]string{"and": "", "the": "", "of": "", "und": "", "et": "", "y": "", "e": "", "en": "", "og": "", "och": "", "de": "",
		"intl": "international", "int": "international", "mfg": "manufacturing", "mfr": "manufacturing",
		"svcs": "services", "svc": "services", "service": "services", "eng": "engineering", "engr": "engineering", "engrg": "engineering",
		"assoc": "associates", "assocs": "associates", "bros": "brothers", "mgmt": "management", "mgt": "management", "tech": "technology",
		"technologies": "technology", "sys": "systems", "system": "systems", "solution": "solutions", "grp": "group", "natl": "national",
		"dist": "distribution", "distr": "distribution", "pkg": "packaging", "pkging": "packaging", "ind": "industries", "inds": "industries",
		"indust": "industries", "hldgs": "holdings", "hldg": "holdings", "holding": "holdings", "aust": "australia", "nz": "newzealand",
		"transp": "transport", "trans": "transport", "constr": "construction", "const": "construction", "dept": "department", "univ": "university",
		"ctr": "centre", "center": "centre", "bldrs": "builders", "prop": "properties", "props": "properties", "log": "logistics", "logs": "logistics",
		"logist": "logistics", "tex": "textiles", "text": "textiles", "inst": "instruments", "instr": "instruments", "whse": "warehouse",
		"mktg": "marketing", "acctg": "accounting", "electr": "electrical", "elec": "electrical", "sth": "southern", "nth": "northern"}
}

// tradingMarks stand between the name of a company and the one over its door.
func tradingMarks() []string {
	return []string{" t/a ", " t/as ", " trading as ", " d/b/a ", " dba ", " d.b.a. ", " doing business as ", " o/a ", " operating as ",
		" a/k/a ", " aka ", " also known as ", " f/k/a ", " fka ", " formerly known as ", " formerly "}
}

// orgNames reads organizations' names.
type orgNames struct {
	legal *legalTable
	words map[string]string
	marks []string
	begin [256][]string // the marks by their first letter
}

func newOrgNames() *orgNames {
	o := &orgNames{legal: newLegalTable(), words: orgWords(), marks: tradingMarks()}
	for _, mark := range o.marks {
		o.begin[mark[1]] = append(o.begin[mark[1]], mark)
	}
	return o
}

// read folds an organization's names: legal form stripped, abbreviations written out, single letters joined. There are
// several where one text holds a trading name or, in brackets, another name; and the class of the legal form, if any.
func (o *orgNames) read(text string) (names []string, form string) {
	for _, t := range o.apart(text) {
		name, class := o.one(t)
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if form == "" {
			form = class
		}
	}
	return names, form
}

// name is the first of the names.
func (o *orgNames) name(text string) string {
	names, _ := o.read(text)
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

func (o *orgNames) one(text string) (name, form string) {
	words, form := o.legal.strip(joinLetters(strings.Fields(fold(text))))
	kept := make([]string, 0, len(words)+1)
	for _, w := range words {
		if long, ok := o.words[w]; ok {
			w = long
		}
		if w != "" {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = words
	}
	if secondCompany(form) {
		kept = append(kept, form)
	}
	name = strings.Join(kept, " ")
	if isPlaceholder(name) {
		return "", ""
	}
	return name, form
}

// apart parts a text at "trading as" and the like, and takes what stands in brackets for a name of its own where it
// has a legal form or is the acronym of the rest. What else stands in brackets, such as a place, belongs to the name.
func (o *orgNames) apart(text string) []string {
	texts := []string{text}
	if o.mayTrade(text) {
		lower := strings.ToLower(text)
		for _, mark := range o.marks {
			if i := strings.Index(lower, mark); i > 0 && len(lower) == len(text) {
				texts = []string{text[:i], text[i+len(mark):]}
				break
			}
		}
	}
	open, shut := strings.IndexByte(texts[0], '('), strings.IndexByte(texts[0], ')')
	if open <= 0 || shut < open {
		return texts
	}
	inside, outside := texts[0][open+1:shut], texts[0][:open]+" "+texts[0][shut+1:]
	_, form := o.one(inside)
	bare, _ := o.one(outside)
	if form != "" && strings.Contains(strings.TrimSpace(inside), " ") || acronymOf(strings.Fields(bare)) == strings.ReplaceAll(fold(inside), " ", "") {
		return append([]string{outside, inside}, texts[1:]...)
	}
	return texts
}

// mayTrade reports whether a mark may stand in a text.
func (o *orgNames) mayTrade(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 { // there are letters of other scripts whose small ones are of ASCII
			return true
		}
		if text[i] == ' ' && i+1 < len(text) {
			for _, mark := range o.begin[small(text[i+1])] {
				if beginsWith(text[i:], mark) {
					return true
				}
			}
		}
	}
	return false
}

// beginsWith reports whether a text begins with another one of small letters, its own being large or small.
func beginsWith(text, with string) bool {
	if len(text) < len(with) {
		return false
	}
	for i := range len(with) {
		if small(text[i]) != with[i] {
			return false
		}
	}
	return true
}

// small is a byte, of a letter of ASCII the small one.
func small(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// joinLetters makes one word of a run of single letters: "a b c motors" is "abc motors".
func joinLetters(words []string) []string {
	if !slices.ContainsFunc(words, isLetter) {
		return words
	}
	var out []string
	run := ""
	flush := func() {
		if run != "" {
			out = append(out, run)
			run = ""
		}
	}
	for _, w := range words {
		if isLetter(w) {
			run += w
			continue
		}
		flush()
		out = append(out, w)
	}
	flush()
	return out
}

func isLetter(word string) bool { return len(word) == 1 && (word[0] < '0' || word[0] > '9') }

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
