package generator

import (
	"strings"
)

// orgKind is one kind of difference between two records of an organization, and how often it is drawn.
type orgKind struct {
	name   string
	weight uint64
	apply  func(organization, dice, *pools) organization
}

// orgKinds: weights add up to 1000. A kind that cannot show gives way to a typo.
func orgKinds() []orgKind {
	return []orgKind{
		{"exact", 150, func(o organization, _ dice, _ *pools) organization { return o }},
		{"legal_form", 190, func(o organization, d dice, _ *pools) organization { return o.reformed(d) }},
		{"abbreviation", 120, func(o organization, _ dice, _ *pools) organization { return o.abbreviated() }},
		{"acronym", 40, func(o organization, _ dice, _ *pools) organization { return o.acronym() }},
		{"word_order", 50, func(o organization, d dice, _ *pools) organization { return o.reordered() }},
		{"typo", 120, func(o organization, d dice, _ *pools) organization { return o.mistype(d) }},
		{"moved", 80, func(o organization, d dice, w *pools) organization { return o.moved(d, w) }},
		{"trading_name", 60, func(o organization, d dice, w *pools) organization { return o.trading(d, w) }},
		{"missing_fields", 80, func(o organization, d dice, _ *pools) organization { return o.sparse(d, 550) }},
		{"all_caps", 40, func(o organization, _ dice, _ *pools) organization { o.name = shout(o.name); return o }},
		{"script", 10, func(o organization, _ dice, _ *pools) organization { return o.scripted() }},
		{"placeholder", 15, func(o organization, d dice, _ *pools) organization { return o.placeheld(d) }},
		{"phone_format", 20, func(o organization, d dice, _ *pools) organization {
			o.odd, o.style = true, phoneStyle(d.IntN(int(phoneStyles)))
			return o
		}},
		{"two_errors", 25, func(o organization, d dice, w *pools) organization { return o.reformed(d).moved(d, w).mistype(d) }},
	}
}

func (o organization) vary(d dice, w *pools) (organization, string) {
	q, kind := o.varied(d, w)
	if w.careless && kind != "exact" {
		q.addr = q.addr.careless(d)
	}
	return q, kind
}

func (o organization) varied(d dice, w *pools) (organization, string) {
	if o.native != "" && d.chance(150) {
		return o.scripted(), "script"
	}
	k := w.orgKinds[w.orgKindTab.draw(d)]
	if q := k.apply(o, d, w); q != o || k.name == "exact" {
		return q, k.name
	}
	for range 4 {
		if q := o.mistype(d); q != o {
			return q, "typo"
		}
	}
	return o, "exact"
}

func (o organization) reformed(d dice) organization {
	forms := []string{"Pty Ltd", "Pty Limited", "P/L", "Limited", "Ltd", "", ""}
	if o.country == "US" {
		forms = []string{"Inc", "Incorporated", "LLC", "Co.", ""}
	}
	o.legal = pick(d, forms)
	o.named()
	return o
}

var orgShort = strings.NewReplacer("Engineering", "Eng", "Services", "Svcs", "Constructions", "Constr", "Consulting", "Cons",
	"Solutions", "Solns", "Company", "Co", "Brothers", "Bros", "Australian", "Aust", "National", "Natl", "International", "Intl",
	"Logistics", "Logist", "Property", "Prop", "Electrical", "Elec", "Accounting", "Acctg", "Management", "Mgmt", "Distributors", "Dist",
	"Industries", "Ind", "Manufacturing", "Mfg", "Medical", "Med", "Centre", "Ctr", "Southern", "Sth", "Northern", "Nth", "Group", "Grp",
	"Limited", "Ltd", " & ", " and ", "Transport", "Trans", "Technology", "Tech")

func (o organization) abbreviated() organization {
	o.name = orgShort.Replace(o.name)
	return o
}

func (o organization) acronym() organization {
	words := strings.Fields(o.stem + " " + o.trade)
	if len(words) < 3 {
		return o
	}
	var b strings.Builder
	for _, w := range words {
		if r := []rune(w)[0]; r != '&' {
			b.WriteRune(r)
		}
	}
	o.name = strings.ToUpper(b.String())
	if o.legal != "" && b.Len()%2 == 0 {
		o.name += " " + o.legal
	}
	return o
}

func (o organization) reordered() organization {
	if strings.Contains(o.stem, " & ") {
		a, b, _ := strings.Cut(o.stem, " & ")
		o.stem = b + " & " + a
		o.named()
		return o
	}
	o.name = o.trade + ", " + o.stem
	return o
}

func (o organization) mistype(d dice) organization {
	switch x := d.IntN(100); {
	case x < 70:
		o.name = slip(d, o.name)
	case x < 85 && !o.addr.empty():
		o.addr.line1 = slip(d, o.addr.line1)
	case x < 92 && o.reference != "":
		o.reference = swapDigits(d, o.reference)
	default:
		o.name = slip(d, o.name)
	}
	return o
}

// swapDigits turns two neighbouring digits of the last four around.
func swapDigits(d dice, s string) string {
	b := []byte(s)
	i := len(b) - 1 - d.IntN(2)
	if b[i] != b[i-1] && b[i-1] >= '0' && b[i-1] <= '9' {
		b[i], b[i-1] = b[i-1], b[i]
	}
	return string(b)
}

func (o organization) moved(d dice, w *pools) organization {
	pl := w.places[w.placeTab.draw(d)]
	for tries := 0; pl.country != o.country && tries < 9; tries++ {
		pl = w.places[w.placeTab.draw(d)]
	}
	o.addr = w.newAddress(d, pl)
	if d.chance(500) {
		o.phone = landline(d, pl.country, pl.area)
	}
	return o
}

// trading is the name over the door: the stem with a plainer trade, or the stem alone; the number stays.
func (o organization) trading(d dice, w *pools) organization {
	if d.chance(400) {
		o.name = o.stem
		return o
	}
	trade, _, _ := strings.Cut(w.words.trades[w.tradeZipf.draw(d)], ":")
	o.name = o.stem + " " + trade
	if d.chance(300) {
		o.name += " t/a " + o.stem
	}
	return o
}

func (o organization) sparse(d dice, perMille int) organization {
	for _, f := range []*string{&o.email, &o.website, &o.phone, &o.mobile, &o.reference, &o.industry} {
		if d.chance(perMille) {
			*f = ""
		}
	}
	if d.chance(perMille) {
		o.addr = address{city: o.addr.city}
		if d.chance(600) {
			o.addr = address{}
		}
	}
	return o
}

// scripted writes the founder's name, where the stem is one, in its own script.
func (o organization) scripted() organization {
	if o.native != "" {
		o.name = o.native + " " + o.trade
	}
	return o
}

func (o organization) placeheld(d dice) organization {
	switch d.IntN(4) {
	case 0:
		o.reference = pick(d, []string{"00 000 000 000", "0", "N/A"})
	case 1:
		o.phone = pick(d, []string{"0000000000", "n/a"})
	case 2:
		o.email = "noemail@none.test"
	default:
		o.addr = address{line1: "TBA", city: o.addr.city, country: o.addr.country}
	}
	return o
}

func (o organization) drift(d dice, w *pools) organization {
	switch d.IntN(3) {
	case 0:
		o.addr = o.moved(d, w).addr
	case 1:
		o.mobile = writePhone(mobile(d, o.country), styleNational)
	default:
		o.staff += 1 + d.IntN(20)
	}
	return o
}

// orgKeepsOf is how many of a thousand records of an application hold each field.
func orgKeepsOf(a app) (email, website, phone, mob, ref, addr int) {
	switch a {
	case appA:
		return 820, 700, 850, 700, 750, 850
	case appB:
		return 800, 600, 880, 600, 800, 880
	case appShop:
		return 950, 300, 750, 700, 150, 900
	}
	return 750, 650, 750, 500, 780, 800
}

func (o organization) dress(d dice, a app) organization {
	email, website, phone, mob, ref, addr := orgKeepsOf(a)
	lazy := 1000
	if d.chance(90) {
		lazy = 550
	}
	drop := func(f *string, keep int) {
		if !d.chance(keep * lazy / 1000) {
			*f = ""
		}
	}
	drop(&o.email, email)
	drop(&o.website, website)
	drop(&o.phone, phone)
	drop(&o.mobile, mob)
	drop(&o.reference, ref)
	if !d.chance(addr * lazy / 1000) {
		o.addr = address{}
	}
	style := systemOf(a).phones
	if o.odd {
		style = o.style
	}
	o.phone, o.mobile = writePhone(o.phone, style), writePhone(o.mobile, style)
	o.addr = o.addr.dress(d, a)
	if a == appShop && d.chance(500) {
		o.reference = strings.ReplaceAll(o.reference, " ", "")
	}
	return o
}

func (o organization) mailbox() string                       { return o.email }
func (o organization) reachedAt(address string) organization { o.email = address; return o }
func (o organization) familyKey() string                     { return fold(o.stem) }
func (o organization) nameKey() string                       { return fold(o.name) }

func (o organization) shares(p organization) bool {
	a, b := [2]string{phoneDigits(o.phone), phoneDigits(o.mobile)}, [2]string{phoneDigits(p.phone), phoneDigits(p.mobile)}
	for _, x := range a {
		if x != "" && (x == b[0] || x == b[1]) {
			return true
		}
	}
	site := o.domain()
	return both(o.email, p.email) || site != "" && site == p.domain() || sameStreet(o.addr, p.addr) ||
		o.reference != "" && strings.ReplaceAll(o.reference, " ", "") == strings.ReplaceAll(p.reference, " ", "")
}

func (o organization) lend(to organization) organization {
	switch {
	case o.phone != "":
		to.phone = writePhone(o.phone, styleNational)
	case o.addr.line1 != "":
		to.addr = o.addr
	case o.email != "":
		to.email = o.email
	case o.website != "":
		to.website = o.website
	case o.reference != "":
		to.reference = o.reference
	}
	return to
}

func (o organization) compatible(p organization) bool {
	return fold(o.name) == fold(p.name) && agree(o.email, p.email) && agree(o.website, p.website) &&
		agree(phoneDigits(o.phone), phoneDigits(p.phone)) && agree(phoneDigits(o.mobile), phoneDigits(p.mobile)) &&
		agree(strings.ReplaceAll(o.reference, " ", ""), strings.ReplaceAll(p.reference, " ", "")) &&
		agreeAddress(o.addr, p.addr)
}
