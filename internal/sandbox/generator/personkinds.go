package generator

import "strings"

// personKind is one kind of difference between two records of a person, and how often it is drawn.
type personKind struct {
	name   string
	weight uint64
	apply  func(person, dice, *pools) person
}

// personKinds: weights add up to 1000. A kind that cannot show on a person (no nickname, no accent, no native script)
// gives way to a typo.
func personKinds() []personKind {
	return []personKind{
		{"exact", 150, func(p person, _ dice, _ *pools) person { return p }},
		{"typo", 140, func(p person, d dice, _ *pools) person { return p.mistype(d) }},
		{"nickname", 110, func(p person, d dice, _ *pools) person { return p.nicknamed(d) }},
		{"initial", 60, func(p person, _ dice, _ *pools) person { return p.initialled() }},
		{"swapped_names", 30, func(p person, _ dice, _ *pools) person { p.first, p.last = p.last, p.first; return p }},
		{"married_name", 40, func(p person, d dice, w *pools) person { return p.married(d, w) }},
		{"moved", 85, func(p person, d dice, w *pools) person { return p.moved(d, w) }},
		{"old_email", 85, func(p person, d dice, w *pools) person { return p.oldMailbox(d, w) }},
		{"missing_fields", 80, func(p person, d dice, _ *pools) person { return p.sparse(d, 550) }},
		{"accents", 25, func(p person, d dice, _ *pools) person { return p.plain(d) }},
		{"script", 25, func(p person, _ dice, _ *pools) person { return p.scripted() }},
		{"all_caps", 40, func(p person, _ dice, _ *pools) person { return p.shouted() }},
		{"placeholder", 25, func(p person, d dice, _ *pools) person { return p.placeheld(d) }},
		{"phone_format", 35, func(p person, d dice, _ *pools) person { return p.rephrased(d) }},
		{"date_swap", 20, func(p person, d dice, _ *pools) person { return p.misdated(d) }},
		{"two_errors", 35, func(p person, d dice, w *pools) person { return p.twice(d, w) }},
		{"heavy", 15, func(p person, d dice, w *pools) person { return p.twice(d, w).moved(d, w).mistype(d).sparse(d, 600) }},
	}
}

func (p person) vary(d dice, w *pools) (person, string) {
	q, kind := p.varied(d, w)
	if w.careless && kind != "exact" {
		q = q.careless(d)
	}
	return q, kind
}

func (p person) varied(d dice, w *pools) (person, string) {
	k := w.personKinds[w.personKindTab.draw(d)]
	if p.sur.native != "" && d.chance(200) {
		return p.scripted(), "script"
	}
	q := k.apply(p, d, w)
	if k.name != "exact" && sameRecord(p, q) {
		for range 4 {
			if q = p.mistype(d); !sameRecord(p, q) {
				return q, "typo"
			}
		}
		return p, "exact"
	}
	return q, k.name
}

func (p person) mistype(d dice) person {
	switch x := d.IntN(100); {
	case x < 35:
		p.last = slip(d, p.last)
	case x < 60:
		p.first = slip(d, p.first)
	case x < 75 && p.email != "":
		local, domain, _ := strings.Cut(p.email, "@")
		p.email = slip(d, local) + "@" + domain
	case x < 88 && !p.addr.empty():
		p.addr.line1 = slip(d, p.addr.line1)
	case x < 94 && p.mobile != "":
		p.mobile = misdial(d, p.mobile)
	default:
		p.last = slip(d, p.last)
	}
	return p
}

// misdial turns two digits of a number around, or gets one wrong; the first digits, which keep a number out of real
// ranges, stay.
func misdial(d dice, num string) string {
	b := []byte(num)
	i := len(b) - 1 - d.IntN(3)
	if b[i] != b[i-1] && d.chance(500) {
		b[i], b[i-1] = b[i-1], b[i]
	} else {
		b[i] = '0' + (b[i]-'0'+byte(1+d.IntN(9)))%10
	}
	return string(b)
}

func (p person) nicknamed(d dice) person {
	if len(p.nick.variants) > 0 && strings.HasPrefix(p.first, p.nick.name) {
		p.first = pick(d, p.nick.variants)
	}
	return p
}

func (p person) initialled() person {
	r := []rune(p.first)
	p.first = string(r[:1])
	if len(r)%2 == 0 {
		p.first += "."
	}
	return p
}

func (p person) married(d dice, w *pools) person {
	if !p.female {
		return p
	}
	anglo := &w.cultures[0]
	name := anglo.surname(anglo.surZipf.draw(d)).name
	if d.chance(200) {
		name = p.last + "-" + name
	}
	p.last = name
	p.title = "Mrs"
	return p
}

func (p person) moved(d dice, w *pools) person {
	if p.addr.empty() {
		return p
	}
	pl := w.places[w.placeTab.draw(d)]
	for tries := 0; pl.country != p.country && tries < 9; tries++ {
		pl = w.places[w.placeTab.draw(d)]
	}
	p.addr = w.newAddress(d, pl)
	if p.home != "" {
		p.home = landline(d, pl.country, pl.area)
	}
	return p
}

func (p person) oldMailbox(d dice, w *pools) person {
	if p.email == "" {
		return p
	}
	old := world{pools: w}
	p.email = old.newMailbox(d, &p)
	if d.chance(300) {
		p.mobile = mobile(d, p.country)
	}
	return p
}

// sparse loses each field in that many cases of a thousand.
func (p person) sparse(d dice, perMille int) person {
	for _, f := range []*string{&p.title, &p.email, &p.email2, &p.home, &p.mobile, &p.work, &p.job, &p.company} {
		if d.chance(perMille) {
			*f = ""
		}
	}
	if d.chance(perMille) {
		p.birth = civil{}
	}
	if d.chance(perMille) {
		p.addr = address{city: p.addr.city, region: p.addr.region}
		if d.chance(700) {
			p.addr = address{}
		}
	}
	return p
}

// plain writes names without accents and apostrophes, or with a variant spelling.
func (p person) plain(d dice) person {
	if s := fold(p.first); s != strings.ToLower(p.first) {
		p.first = titled(s)
	}
	if s := fold(p.last); s != strings.ToLower(p.last) {
		p.last = titled(s)
	}
	if len(p.sur.variants) > 0 && p.last == p.sur.name && d.chance(600) {
		p.last = p.sur.variants[0]
	}
	return p
}

func titled(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

func (p person) scripted() person {
	switch {
	case p.sur.native == "" || p.nick.native == "":
	case p.last == p.sur.native:
		p.first, p.last = p.nick.name, p.sur.name
	default:
		p.first, p.last = p.nick.native, p.sur.native
	}
	return p
}

func (p person) shouted() person {
	p.first, p.last, p.addr.line1, p.addr.city = shout(p.first), shout(p.last), shout(p.addr.line1), shout(p.addr.city)
	return p
}

// placeheld fills a field or two with what people type when they have no value.
func (p person) placeheld(d dice) person {
	switch d.IntN(5) {
	case 0:
		p.email = pick(d, []string{"noemail@none.test", "na@na.example", "test@test.test", "unknown@example.com"})
	case 1:
		p.mobile = pick(d, []string{"0000000000", "n/a", "0400000000", "-"})
	case 2:
		if p.birth != (civil{}) {
			p.birth = civil{1900, 1, 1}
		} else {
			p.home = "00 0000 0000"
		}
	case 3:
		p.addr = address{line1: pick(d, []string{"unknown", "TBA", "n/a", "."}), city: p.addr.city, country: p.addr.country}
	default:
		p.first = pick(d, []string{"Unknown", "Accounts", "Mr", "."})
	}
	return p
}

func (p person) rephrased(d dice) person {
	p.odd, p.style = true, phoneStyle(d.IntN(int(phoneStyles)))
	if p.home == "" && p.mobile == "" && p.work == "" {
		p.mobile = mobile(d, p.country)
	}
	return p
}

// misdated swaps day and month, or is off by one day, ten or a year.
func (p person) misdated(d dice) person {
	b := &p.birth
	switch x := d.IntN(100); {
	case *b == civil{}:
	case x < 55 && b.d <= 12 && b.d != b.m:
		b.d, b.m = b.m, b.d
	case x < 75:
		b.d = 1 + b.d%28
	case x < 85:
		b.y += 10
	default:
		b.y++
	}
	return p
}

func (p person) twice(d dice, w *pools) person {
	for range 2 {
		switch d.IntN(6) {
		case 0:
			p = p.nicknamed(d)
		case 1:
			p = p.oldMailbox(d, w)
		case 2:
			p = p.moved(d, w)
		case 3:
			p = p.misdated(d)
		case 4:
			p = p.initialled()
		}
		p = p.mistype(d)
	}
	return p
}

// sameRecord reports whether no field that a record shows differs.
func sameRecord(a, b person) bool {
	a.nick, b.nick, a.sur, b.sur = form{}, form{}, form{}, form{}
	return a.first == b.first && a.last == b.last && a.title == b.title && a.birth == b.birth && a.email == b.email &&
		a.email2 == b.email2 && a.home == b.home && a.mobile == b.mobile && a.work == b.work && a.addr == b.addr &&
		a.job == b.job && a.company == b.company && a.odd == b.odd
}

func (p person) drift(d dice, w *pools) person {
	switch d.IntN(4) {
	case 0:
		p.job = w.words.jobs[w.jobZipf.draw(d)]
	case 1:
		p.mobile = writePhone(mobile(d, p.country), styleNational)
	case 2:
		q := p.moved(d, w)
		p.addr = q.addr
	default:
		p.title = courtesy(d, p.female)
	}
	return p
}

// keeps is how many of a thousand records of an application hold each field: what its forms ask for.
type keeps struct{ title, birth, email, email2, home, mobile, work, addr, job, company int }

func keepsOf(a app) keeps {
	switch a {
	case appA:
		return keeps{title: 700, birth: 800, email: 850, email2: 300, home: 780, mobile: 820, work: 700, addr: 850, job: 700, company: 700}
	case appB:
		return keeps{title: 800, birth: 750, email: 820, email2: 500, home: 800, mobile: 750, work: 800, addr: 860, job: 800, company: 650}
	case appShop: // a web shop: no birth dates, nearly always a mailbox
		return keeps{title: 150, birth: 0, email: 975, email2: 0, home: 350, mobile: 850, work: 100, addr: 900, job: 0, company: 300}
	}
	return keeps{title: 600, birth: 650, email: 780, email2: 200, home: 700, mobile: 700, work: 750, addr: 780, job: 500, company: 600}
}

func (p person) dress(d dice, a app) person {
	k := keepsOf(a)
	lazy := 1000
	if d.chance(90) { // whoever fills in one field in a hurry skips others, too
		lazy = 550
	}
	drop := func(f *string, keep int) {
		if !d.chance(keep * lazy / 1000) {
			*f = ""
		}
	}
	drop(&p.title, k.title)
	if a == appNZ && p.title != "" && p.title != "Miss" && d.chance(500) {
		p.title += "."
	}
	drop(&p.email, k.email)
	drop(&p.email2, k.email2)
	drop(&p.home, k.home)
	drop(&p.mobile, k.mobile)
	drop(&p.work, k.work)
	drop(&p.job, k.job)
	drop(&p.company, k.company)
	if !d.chance(k.birth * lazy / 1000) {
		p.birth = civil{}
	}
	if !d.chance(k.addr * lazy / 1000) {
		p.addr = address{}
	}
	style := systemOf(a).phones
	if p.odd {
		style = p.style
	}
	p.home, p.mobile, p.work = writePhone(p.home, style), writePhone(p.mobile, style), writePhone(p.work, style)
	p.addr = p.addr.dress(d, a)
	return p
}

func (p person) mailbox() string                 { return p.email }
func (p person) reachedAt(address string) person { p.email = address; return p }
func (p person) familyKey() string               { return fold(p.sur.name) }
func (p person) nameKey() string                 { return fold(p.first) + "|" + fold(p.last) }

// phonesOf are the digits of the person's own numbers.
func (p person) phonesOf() [2]string { return [2]string{phoneDigits(p.home), phoneDigits(p.mobile)} }

func (p person) shares(o person) bool {
	if both(p.email, o.email) || both(p.email, o.email2) || both(p.email2, o.email) {
		return true
	}
	if p.birth != (civil{}) && (p.birth == o.birth || p.birth == civil{o.birth.y, o.birth.d, o.birth.m}) {
		return true
	}
	a, b := p.phonesOf(), o.phonesOf()
	for _, x := range a {
		if x != "" && (x == b[0] || x == b[1]) {
			return true
		}
	}
	if both(p.company, o.company) || both(p.work, o.work) {
		return true
	}
	return sameStreet(p.addr, o.addr)
}

func (p person) lend(to person) person {
	switch {
	case p.email != "":
		to.email = p.email
	case p.mobile != "":
		to.mobile = writePhone(p.mobile, styleNational)
	case p.home != "":
		to.home = writePhone(p.home, styleNational)
	case p.addr.line1 != "":
		to.addr = p.addr
	}
	return to
}

func (p person) compatible(o person) bool {
	if fold(p.first) != fold(o.first) || fold(p.last) != fold(o.last) {
		return false
	}
	a, b := p.phonesOf(), o.phonesOf()
	return (p.birth == civil{} || o.birth == civil{} || p.birth == o.birth) && agree(p.email, o.email) &&
		agree(p.email2, o.email2) && agree(a[0], b[0]) && agree(a[1], b[1]) && agreeAddress(p.addr, o.addr) &&
		agree(p.work, o.work) && agree(p.job, o.job) && agree(p.title, o.title) &&
		agree(p.company, o.company)
}

// dress writes an address as the application does: abbreviations, the region or country left out.
func (a address) dress(d dice, of app) address {
	if a.empty() {
		return a
	}
	if of == appB || of == appNZ {
		a.line1 = abbreviateStreet(a.line1)
	}
	switch {
	case of == appA && a.country == "AU" || of == appShop && d.chance(300):
		a.country = countryName(a.country)
	case d.chance(200):
		a.country = ""
	}
	if d.chance(120) {
		a.region = ""
	}
	if d.chance(60) {
		a.postcode = ""
	}
	return a
}

func countryName(code string) string {
	switch code {
	case "AU":
		return "Australia"
	case "NZ":
		return "New Zealand"
	case "GB":
		return "United Kingdom"
	case "US":
		return "United States"
	}
	return code
}

var streetShort = strings.NewReplacer(" Street", " St", " Road", " Rd", " Avenue", " Ave", " Drive", " Dr", " Court", " Ct", " Place", " Pl",
	" Crescent", " Cres", " Lane", " Ln", " Parade", " Pde", " Terrace", " Tce", " Close", " Cl", " Highway", " Hwy", " Boulevard", " Blvd")

func abbreviateStreet(s string) string { return streetShort.Replace(s) }
