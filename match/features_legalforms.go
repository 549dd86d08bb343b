package match

import "strings"

// legalForm is one way to write what kind of company a company is.
type legalForm struct {
	words string // folded, blanks between words; single letters are joined: "s.a.r.l." is "sarl"
	class string // forms of one class are one form written differently, or hardly told apart in practice
	where place
}

// place says where in a name a form is one: short forms are also words or initials elsewhere.
type place uint8

const (
	atEnd place = iota
	anywhere
	atEitherEnd
)

// legalForms lists the legal forms of companies by country, as companies write them. It was written from general
// knowledge, in the manner of the Entity Legal Forms of ISO 20275, and copies no published list; it is under this
// program's own licence. Longer forms stand with their parts: matching tries the longest first.
func legalForms() []legalForm {
	var forms []legalForm
	add := func(class string, where place, list string) {
		for words := range strings.SplitSeq(list, ",") {
			forms = append(forms, legalForm{strings.TrimSpace(words), class, where})
		}
	}
	// Australia, New Zealand, Britain, Ireland, South Africa, India, Singapore, Malaysia, Hong Kong.
	add("pty", anywhere, "pty ltd, pty limited, proprietary limited, proprietary ltd, pty, p l, pl")
	add("ltd", anywhere, "ltd, limited, pvt ltd, pvt limited, private limited, private ltd, co ltd, company limited, co limited, pte ltd, pte limited, pte, sdn bhd, berhad, bhd, teoranta")
	add("plc", anywhere, "plc, public limited company")
	add("dac", atEnd, "dac, designated activity company")
	add("llp", anywhere, "llp, limited liability partnership")
	add("lp", atEnd, "lp, limited partnership")
	add("unlimited", atEnd, "unlimited, unltd, ulc")
	add("trust", atEnd, "trust, unit trust, family trust, discretionary trust")
	add("nl", atEnd, "nl, no liability")
	add("cic", atEnd, "cic, community interest company, clg, cio")
	// United States, Canada, Philippines.
	add("inc", anywhere, "inc, incorporated, ltee")
	add("corp", atEnd, "corp, corporation, corpn")
	add("llc", anywhere, "llc, limited liability company, lc, pllc")
	add("co", atEnd, "co, company, and co, and company, cie, et cie, compagnie")
	add("pc", atEnd, "pc, pa, professional corporation, apc")
	// Germany, Austria, Switzerland, Liechtenstein.
	add("gmbh", anywhere, "gmbh, gesellschaft mit beschrankter haftung, ggmbh, mbh, ges mbh, gesmbh")
	add("cokg", anywhere, "gmbh co kg, gmbh and co kg, gmbh und co kg, gmbh co kgaa, ag co kg, ag und co kg, ug co kg, se co kg, gmbh co ohg")
	add("ug", atEnd, "ug, ug haftungsbeschrankt, unternehmergesellschaft")
	add("ag", atEnd, "ag, aktiengesellschaft, kgaa, se")
	add("kg", atEnd, "kg, ohg, gbr, kommanditgesellschaft, ek, e k, co kg, and co kg, co ohg")
	add("ev", atEnd, "ev, e v, eg, eingetragener verein")
	// France, Belgium, Luxembourg, the French of Switzerland and Canada.
	add("sarl", anywhere, "sarl, s a r l, societe a responsabilite limitee, eurl, selarl")
	add("sas", atEitherEnd, "sas, sasu, societe par actions simplifiee")
	add("sa", atEnd, "sa, s a, societe anonyme, sociedad anonima, sociedade anonima, snc, sci, scop, gie, scs")
	add("sprl", anywhere, "sprl, bvba, srl bv, cvba, scrl")
	// The Netherlands.
	add("bv", atEnd, "bv, b v, besloten vennootschap")
	add("nv", atEnd, "nv, n v, naamloze vennootschap")
	add("vof", atEnd, "vof, v o f, cv, c v, stichting")
	// Italy.
	add("srl", anywhere, "srl, srls, s r l, societa a responsabilita limitata")
	add("spa", atEnd, "spa, s p a, societa per azioni, sapa, sas di, snc di")
	// Spain, Portugal and Latin America.
	add("sl", atEnd, "sl, s l, slu, sociedad limitada, srl de cv, s de rl de cv, s de rl, sociedad de responsabilidad limitada")
	add("sa", atEnd, "sa de cv, sab de cv, sau, sapi de cv, spa chile, sac, saa, saic")
	add("lda", atEnd, "lda, ltda, limitada, limitada me, eireli, epp, unipessoal lda, sociedade limitada")
	// Nordic countries.
	add("ab", atEitherEnd, "ab, aktiebolag, aktiebolaget")
	add("as", atEitherEnd, "as, a s, asa, aksjeselskap, aktieselskab")
	add("aps", atEitherEnd, "aps, anpartsselskab, ivs, k s, i s")
	add("oy", atEitherEnd, "oy, oyj, oy ab, osakeyhtio, ky, tmi")
	add("hb", atEnd, "hb, kb, handelsbolag, enk, da, ans")
	add("ehf", atEnd, "ehf, hf, ohf")
	// Central and eastern Europe.
	add("spzoo", atEnd, "sp z oo, spzoo, sp zoo, spolka z ograniczona odpowiedzialnoscia, spolka zoo, sp k, sp j, spolka akcyjna")
	add("sro", atEnd, "sro, s r o, spol s r o, spol sro, spolecnost s rucenim omezenym")
	add("asro", atEnd, "a s, akciova spolecnost")
	add("kft", atEnd, "kft, korlatolt felelossegu tarsasag, bt, kkt")
	add("zrt", atEnd, "zrt, nyrt, rt, reszvenytarsasag")
	add("doo", atEnd, "doo, d o o, d d, dd, jdoo, a d, ad, ood, eood, dooel, e o o d, o o d")
	add("uab", atEitherEnd, "uab, sia, oue, osauhing, mb")
	add("ooo", atEitherEnd, "ooo, oao, zao, pao, ao, tov, tzov, prat, chp, obshchestvo s ogranichennoi otvetstvennostiu")
	add("ae", atEnd, "ae, epe, ee, oe, anonymi etaireia")
	add("as", atEnd, "anonim sirketi, a s, limited sirketi, ltd sti, ltd sirketi, sti, sanayi ve ticaret as, san ve tic as, san ve tic ltd sti")
	// Asia, the Near East and Africa.
	add("kk", atEitherEnd, "kk, k k, kabushiki kaisha, kabushiki gaisha, gk, godo kaisha, yk, yugen kaisha")
	add("pt", atEitherEnd, "pt, tbk, pt tbk, cv")
	add("jsc", atEitherEnd, "jsc, pjsc, ojsc, cjsc, tnhh, cong ty, cong ty tnhh, cong ty co phan, ctcp")
	add("llc", anywhere, "fze, fzco, fz llc, fzc, wll, w l l, spc, dmcc")
	add("opc", atEnd, "opc, gie, suarl, saoc, saog")
	add("bm", atEnd, "bm, b m, baam")
	return forms
}

// secondCompany reports whether a form is that of a company which stands beside another one of the same name, as a trust
// stands beside its trustee and a GmbH & Co. KG beside the GmbH that runs it: it stays part of the name.
func secondCompany(class string) bool { return class == "trust" || class == "cokg" || class == "lp" }

// legalTable finds legal forms in names.
type legalTable struct {
	forms map[string]legalForm
	// Of the forms that begin with a word, and of those that end with it: how many words the longest one has.
	begins, ends map[string]int
}

func newLegalTable() *legalTable {
	t := &legalTable{forms: map[string]legalForm{}, begins: map[string]int{}, ends: map[string]int{}}
	for _, f := range legalForms() {
		if old, known := t.forms[f.words]; known {
			f.where = max(f.where, old.where) // a form of several countries stands where it may in any
			f.class = old.class
		}
		t.forms[f.words] = f
		words := strings.Fields(f.words)
		first, last := words[0], words[len(words)-1]
		t.begins[first] = max(t.begins[first], len(words))
		t.ends[last] = max(t.ends[last], len(words))
	}
	return t
}

// strip takes the legal forms out of a name's words and returns the class of the first. A name of nothing else is kept. What is
// kept is a part of words, or new.
func (t *legalTable) strip(words []string) (kept []string, class string) {
	end := len(words)
	for end > 1 { // from the end backwards, a word being left
		n, f := t.longest(words[:end], t.ends[words[end-1]], func(n int) (from, to int) { return end - n, end })
		if n == 0 {
			break
		}
		end, class = end-n, f.class
	}
	kept = words[:end]
	if end > 1 {
		n, f := t.longest(kept, t.begins[kept[0]], func(n int) (from, to int) { return 0, n })
		if n > 0 && f.where == atEitherEnd && (class != "" || len(kept[0]) > 2) {
			kept = kept[n:] // two letters before a name alone are its initials, unless another form stands behind it
			if class == "" {
				class = f.class
			}
		}
	}
	kept, inner := t.stripInside(kept)
	if class == "" {
		class = inner
	}
	return kept, class
}

// longest is the longest form of so many words at most among those that at says, another word being left.
func (t *legalTable) longest(words []string, most int, at func(n int) (from, to int)) (int, legalForm) {
	for n := min(most, len(words)-1); n > 0; n-- {
		from, to := at(n)
		if f, ok := t.form(words[from:to]); ok {
			return n, f
		}
	}
	return 0, legalForm{}
}

// form is the legal form that some words are.
func (t *legalTable) form(words []string) (legalForm, bool) {
	text := words[0]
	if len(words) > 1 {
		text = strings.Join(words, " ")
	}
	f, ok := t.forms[text]
	return f, ok
}

// stripInside drops what is a legal form wherever it stands: "smith pty ltd brisbane branch".
func (t *legalTable) stripInside(words []string) (kept []string, class string) {
	whole := true
	for i := 0; i < len(words); {
		n, f := t.inside(words, i)
		switch {
		case n > 0 && whole:
			kept, whole = append(kept, words[:i]...), false
		case n == 0 && !whole:
			kept = append(kept, words[i])
		}
		if n > 0 {
			class = f.class
		}
		i += max(n, 1)
	}
	if whole {
		return words, ""
	}
	return kept, class
}

// inside is the longest form at a place behind the first word, of those that may stand anywhere.
func (t *legalTable) inside(words []string, i int) (int, legalForm) {
	if i == 0 {
		return 0, legalForm{}
	}
	for n := min(t.begins[words[i]], len(words)-i); n > 0; n-- {
		if f, ok := t.form(words[i : i+n]); ok && f.where == anywhere {
			return n, f
		}
	}
	return 0, legalForm{}
}
