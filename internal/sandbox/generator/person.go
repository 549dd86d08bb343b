package generator

import (
	"fmt"
	"strings"
)

// civil is a calendar day; the zero value is none.
type civil struct{ y, m, d int }

func (c civil) String() string {
	if c == (civil{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", c.y, c.m, c.d)
}

// person is one person, or what one record says of one.
type person struct {
	title, first, last string
	nick               form // the given name's forms
	sur                form // the family name's forms
	female             bool
	birth              civil
	email, email2      string
	home, mobile, work string
	addr               address
	job, company       string
	org                int // number of the organization entity, -1 for none
	country            string
	style              phoneStyle
	odd                bool // the phones are written in style whatever the application's way
	inits              string
	area               string
}

// newPerson draws a person of the culture who lives in the place.
func (w *world) newPerson(d dice, cult *culture, pl place) person {
	p := person{female: d.chance(500), org: -1, country: pl.country, area: pl.area}
	if p.female {
		p.nick = cult.women[cult.womZipf.draw(d)]
	} else {
		p.nick = cult.men[cult.menZipf.draw(d)]
	}
	p.sur = cult.surname(cult.surZipf.draw(d))
	p.named()
	p.birth = birthDate(d)
	if !d.chance(880) {
		p.birth = civil{}
	}
	p.title = courtesy(d, p.female)
	if d.chance(920) {
		p.addr = w.pools.newAddress(d, pl)
	}
	w.reach(d, &p, pl)
	return p
}

func (p *person) named() { p.first, p.last = p.nick.name, p.sur.name }

// reach gives the person mailboxes and phones; at least one of mailbox, mobile and address.
func (w *world) reach(d dice, p *person, pl place) {
	if d.chance(500) {
		p.home = landline(d, pl.country, pl.area)
	}
	if d.chance(780) {
		p.mobile = mobile(d, pl.country)
	}
	if d.chance(900) || p.mobile == "" && p.addr.empty() {
		p.email = w.newMailbox(d, p)
	}
	if d.chance(80) {
		p.email2 = w.newMailbox(d, p)
	}
}

func courtesy(d dice, female bool) string {
	switch {
	case d.chance(30):
		return "Dr"
	case !female:
		return "Mr"
	case d.chance(450):
		return "Mrs"
	case d.chance(300):
		return "Miss"
	}
	return "Ms"
}

// birthDate is uneven as real ones are: most customers are between 25 and 70, the first of a month is heaped, and a
// few are the placeholders that forms and databases put in.
func birthDate(d dice) civil {
	switch d.IntN(1000) {
	case 0, 1, 2, 3, 4, 5, 6, 7:
		return civil{1900, 1, 1}
	case 8, 9, 10, 11, 12:
		return civil{1970, 1, 1}
	}
	year := 2000 - (d.IntN(35)+d.IntN(30)+d.IntN(18))*9/10
	if d.chance(60) {
		year = 1920 + d.IntN(30)
	}
	c := civil{year, 1 + d.IntN(12), 1 + d.IntN(28)}
	if d.chance(25) {
		c.d = 1
	}
	if d.chance(70) && c.m != 2 {
		c.d = 29 + d.IntN(2)
	}
	return c
}

// newMailbox draws an address of the person's: mostly one with a free-mail provider, unlike others' by a number or a
// year; one in seven has none, so that namesakes do sometimes collide, as mistyped and guessed addresses do.
func (w *world) newMailbox(d dice, p *person) string {
	domain := pick(d, w.pools.words.freemail)
	first, last := mailPart(p.first), mailPart(p.last)
	local := ""
	switch d.IntN(6) {
	case 0, 1:
		local = first + "." + last
	case 2:
		local = first + last
	case 3:
		local = first[:1] + last
	case 4:
		local = first + "_" + last[:1]
	default:
		local = last + first[:1]
	}
	switch x := d.IntN(100); {
	case x < 20 && p.birth != civil{}:
		local += fmt.Sprintf("%02d", p.birth.y%100)
	case x < 45:
		local += fmt.Sprint(1 + d.IntN(99))
	case x < 86:
		local += fmt.Sprint(100 + d.IntN(9900))
	}
	return local + "@" + domain
}

func mailPart(s string) string {
	s = strings.ReplaceAll(fold(s), " ", "")
	if s == "" {
		return "x"
	}
	return s
}

// employ makes the person work for the organization of that number.
func (w *world) employ(d dice, p *person, org int) {
	o := &w.orgs[org]
	p.org, p.company = org, o.name
	p.job = w.pools.words.jobs[w.pools.jobZipf.draw(d)]
	if d.chance(600) {
		p.work = o.phone
	}
	if o.domain != "" && d.chance(450) {
		box := mailPart(p.first) + "." + mailPart(p.last) + "@" + o.domain
		switch {
		case d.chance(60):
			box = "info@" + o.domain
		case d.chance(60):
			box = "accounts@" + o.domain
		}
		if p.email != "" && d.chance(300) {
			p.email2 = p.email
		}
		p.email = box
	}
}
