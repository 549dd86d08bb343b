package generator

import "strings"

// Groups of people and of organizations: most stand alone, the others are look-alikes that are not the same.

// peopleGroup draws the entities of one group of people.
func (w *world) peopleGroup(d dice) []entity[person] {
	cult := &w.pools.cultures[w.pools.cultureTab.draw(d)]
	pl := w.pools.places[w.pools.placeTab.draw(d)]
	head := w.newPerson(d, cult, pl)
	if cult.surnames[0].native != "" && head.sur.native != "" && d.chance(100) {
		head.first, head.last = head.nick.native, head.sur.native
	}
	switch x := d.IntN(1000); {
	case x < 105:
		return w.household(d, head, cult, pl)
	case x < 113:
		return w.twins(d, head, cult, pl)
	case x < 123:
		return w.fatherAndSon(d, head, cult, pl)
	case x < 145:
		return w.namesakes(d, head, pl)
	case x < 170:
		return w.sharedMailbox(d, head, cult, pl)
	case x < 185:
		return w.sharedPhone(d, head, cult, pl)
	case x < 220 && len(w.orgs) > 0:
		return w.colleagues(d, head, cult, pl)
	}
	if len(w.orgs) > 0 && d.chance(420) {
		w.employ(d, &head, w.orgZipf.draw(d))
	}
	return []entity[person]{{head, "original"}}
}

// household: the family name, address and landline of the first, given names of their own.
func (w *world) household(d dice, head person, cult *culture, pl place) []entity[person] {
	if head.addr.empty() {
		head.addr = w.pools.newAddress(d, pl)
	}
	if head.home == "" {
		head.home = landline(d, pl.country, pl.area)
	}
	out := []entity[person]{{head, "original"}}
	for range 1 + d.IntN(3) {
		p := w.newPerson(d, cult, pl)
		if p.first == head.first {
			continue
		}
		p.sur, p.last = head.sur, head.last
		p.addr, p.home = head.addr, head.home
		if d.chance(850) && p.email != "" {
			p.email = w.newMailbox(d, &p)
		}
		if d.chance(150) && head.email != "" { // the family's mailbox
			p.email = head.email
		}
		out = append(out, entity[person]{p, "household"})
	}
	return out
}

// twins: birth date, family name and address in common; given names differ, sometimes by one letter.
func (w *world) twins(d dice, head person, cult *culture, pl place) []entity[person] {
	head.birth = birthDate(d)
	if head.addr.empty() {
		head.addr = w.pools.newAddress(d, pl)
	}
	p := w.newPerson(d, cult, pl)
	p.female, p.title = head.female, head.title
	p.sur, p.last, p.birth, p.addr, p.home = head.sur, head.last, head.birth, head.addr, head.home
	if near := w.pools.twinOf(head.first); near != "" {
		p.first, p.nick = near, form{name: near}
	} else if p.first == head.first {
		list := cult.men
		if head.female {
			list = cult.women
		}
		p.nick = list[(d.IntN(len(list)-1)+1)%len(list)]
		if p.nick.name == head.first {
			p.nick = list[0]
		}
		p.first = p.nick.name
	}
	if p.first == head.first {
		return []entity[person]{{head, "original"}}
	}
	if p.email != "" {
		p.email = w.newMailbox(d, &p)
	}
	return []entity[person]{{head, "original"}, {p, "twin"}}
}

// twinOf is a given name one letter off, as parents of twins like them; "" where the lists have none.
func (p *pools) twinOf(name string) string {
	for _, pair := range p.words.twins {
		if a, b, _ := strings.Cut(pair, ":"); a == name {
			return b
		}
	}
	return ""
}

// fatherAndSon: one name, told apart by Jr or Sr now and then and by the birth date; the address is one.
func (w *world) fatherAndSon(d dice, head person, cult *culture, pl place) []entity[person] {
	if head.addr.empty() {
		head.addr = w.pools.newAddress(d, pl)
	}
	son := w.newPerson(d, cult, pl)
	son.female, son.title, head.female, head.title = false, "Mr", false, "Mr"
	head.nick = cult.men[cult.menZipf.draw(d)]
	head.named()
	son.nick, son.sur = head.nick, head.sur
	son.named()
	for _, p := range []*person{&head, &son} {
		if p.email != "" {
			p.email = w.newMailbox(d, p)
		}
	}
	son.addr, son.home = head.addr, head.home
	head.birth = civil{1935 + d.IntN(30), 1 + d.IntN(12), 1 + d.IntN(28)}
	son.birth = civil{head.birth.y + 22 + d.IntN(15), 1 + d.IntN(12), 1 + d.IntN(28)}
	if d.chance(350) {
		son.last += " Jr"
	}
	if d.chance(200) {
		head.last += " Sr"
	}
	return []entity[person]{{head, "original"}, {son, "father_son"}}
}

// namesakes: a common name in common and nothing else.
func (w *world) namesakes(d dice, head person, pl place) []entity[person] {
	cult := &w.pools.cultures[0]
	head = w.newPerson(d, cult, pl)
	rank := d.IntN(12)
	head.sur = cult.surnames[rank]
	head.nick = cult.men[rank]
	head.female, head.title = false, "Mr"
	head.named()
	if head.email != "" {
		head.email = w.newMailbox(d, &head)
	}
	out := []entity[person]{{head, "original"}}
	for range 1 + d.IntN(2) {
		p := w.newPerson(d, cult, w.pools.places[w.pools.placeTab.draw(d)])
		p.female, p.title, p.nick, p.sur = false, "Mr", head.nick, head.sur
		p.named()
		if p.email != "" {
			p.email = w.newMailbox(d, &p)
		}
		out = append(out, entity[person]{p, "namesake"})
	}
	return out
}

// sharedMailbox: people who read one mailbox: an office's, a couple's.
func (w *world) sharedMailbox(d dice, head person, cult *culture, pl place) []entity[person] {
	box := pick(d, []string{"info@", "accounts@", "admin@", "office@", "the" + mailPart(head.last) + "s@"})
	domain := mailPart(head.last) + pick(d, []string{"family", "house", "farm", "consulting", "studio"}) + ".example"
	head.email = box + domain
	out := []entity[person]{{head, "original"}}
	for range 1 + d.IntN(2) {
		p := w.newPerson(d, cult, pl)
		if p.first == head.first {
			continue
		}
		p.email = head.email
		if d.chance(400) {
			p.sur, p.last = head.sur, head.last
		}
		out = append(out, entity[person]{p, "shared_mailbox"})
	}
	return out
}

// sharedPhone: people who give one number: a flat, a front desk, a parent's mobile.
func (w *world) sharedPhone(d dice, head person, cult *culture, pl place) []entity[person] {
	if head.mobile == "" {
		head.mobile = mobile(d, pl.country)
	}
	p := w.newPerson(d, cult, pl)
	if p.first == head.first {
		return []entity[person]{{head, "original"}}
	}
	p.mobile = head.mobile
	return []entity[person]{{head, "original"}, {p, "shared_phone"}}
}

// colleagues: one organization, its address and number; names alike in one part.
func (w *world) colleagues(d dice, head person, cult *culture, pl place) []entity[person] {
	org := w.orgZipf.draw(d)
	w.employ(d, &head, org)
	head.work = w.orgs[org].phone
	out := []entity[person]{{head, "original"}}
	for range 1 + d.IntN(2) {
		p := w.newPerson(d, cult, pl)
		switch {
		case d.chance(500) && p.last != head.last:
			p.female, p.title, p.nick, p.first = head.female, head.title, head.nick, head.first
		case p.first != head.first:
			p.sur, p.last = head.sur, head.last
		default:
			continue
		}
		if p.email != "" {
			p.email = w.newMailbox(d, &p)
		}
		w.employ(d, &p, org)
		p.work = head.work
		out = append(out, entity[person]{p, "colleague"})
	}
	return out
}

// organizationGroup draws the entities of one group of organizations.
func (w *world) organizationGroup(d dice) []entity[organization] {
	pl := w.pools.places[w.pools.placeTab.draw(d)]
	head := w.newOrganization(d, pl)
	switch x := d.IntN(1000); {
	case x < 60:
		return w.branches(d, head)
	case x < 110:
		return w.subsidiaries(d, head)
	case x < 145:
		return w.franchise(d, head)
	}
	return []entity[organization]{{head, "original"}}
}

// branches: the stem with a city, at its own address; the website or the number is the head office's.
func (w *world) branches(d dice, head organization) []entity[organization] {
	out := []entity[organization]{{head, "original"}}
	seen := map[string]bool{}
	for range 1 + d.IntN(4) {
		pl := w.pools.places[w.pools.placeTab.draw(d)]
		if pl.city == head.addr.city || seen[pl.city] || strings.HasPrefix(head.stem, pl.city) {
			continue
		}
		seen[pl.city] = true
		b := head
		b.name = strings.TrimSpace(head.stem+" "+head.trade) + pick(d, []string{" ", " - ", " "}) + pl.city
		b.stem, b.legal = head.stem+" "+pl.city, ""
		b.addr, b.country = w.pools.newAddress(d, pl), pl.country
		switch d.IntN(3) {
		case 0:
			b.phone = landline(d, pl.country, pl.area)
		case 1:
			b.website = ""
		}
		b.email, b.mobile, b.staff = "", "", 1+d.IntN(30)
		if host := head.domain(); host != "" && d.chance(600) {
			b.email = mailPart(pl.city) + "@" + host
		}
		if d.chance(500) {
			b.reference = ""
		}
		out = append(out, entity[organization]{b, "branch"})
	}
	return out
}

// subsidiaries: the stem with Holdings, Services and the like; the address is one, the tax number their own.
func (w *world) subsidiaries(d dice, head organization) []entity[organization] {
	out := []entity[organization]{{head, "original"}}
	act := pick(d, w.pools.words.acts)
	s := head
	s.trade = act
	if d.chance(400) {
		s.trade = head.trade + " " + act
	}
	s.named()
	if s.name == head.name {
		return out
	}
	s.reference, s.email, s.mobile = taxNumber(d, s.country), "", ""
	if d.chance(500) {
		s.website = ""
	}
	if d.chance(400) {
		s.phone = landline(d, "AU", "2")
	}
	return append(out, entity[organization]{s, "subsidiary"})
}

// franchise: one brand and website, other owners: number, tax number and address are each their own.
func (w *world) franchise(d dice, head organization) []entity[organization] {
	brand := strings.TrimSpace(head.stem + " " + head.trade)
	at := func(o organization, pl place) organization {
		o.name, o.legal = brand+" "+pl.city, ""
		o.addr, o.country = w.pools.newAddress(d, pl), pl.country
		o.phone, o.reference = landline(d, pl.country, pl.area), taxNumber(d, pl.country)
		o.stem, o.email = head.stem+" "+pl.city, ""
		return o
	}
	out := []entity[organization]{{head, "original"}}
	seen := map[string]bool{head.addr.city: true}
	for range 1 + d.IntN(5) {
		pl := w.pools.places[w.pools.placeTab.draw(d)]
		if !seen[pl.city] {
			seen[pl.city] = true
			out = append(out, entity[organization]{at(head, pl), "franchise"})
		}
	}
	return out
}
