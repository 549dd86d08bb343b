package generator

import (
	"fmt"
	"strings"
)

// organization is one organization, or what one record says of one.
type organization struct {
	name, stem, trade, legal string // name as shown; its parts
	industry, reference      string
	email, website           string
	phone, mobile            string
	addr                     address
	staff                    int
	supplier                 bool
	country                  string
	style                    phoneStyle
	odd                      bool
	native                   string // the founder\'s family name in its own script, where the stem begins with it
}

// legalForms by country, most frequent first.
func legalForms(country string) []string {
	switch country {
	case "NZ":
		return []string{"Limited", "Ltd", "", ""}
	case "GB":
		return []string{"Ltd", "Limited", "LLP", ""}
	case "US":
		return []string{"Inc.", "LLC", "Corp.", ""}
	}
	return []string{"Pty Ltd", "Pty Ltd", "Pty. Ltd.", "Limited", "", ""}
}

// newOrganization draws an organization in the place.
func (w *world) newOrganization(d dice, pl place) organization {
	p := w.pools
	trade, industry, _ := strings.Cut(p.words.trades[p.tradeZipf.draw(d)], ":")
	o := organization{trade: trade, industry: industry, country: pl.country, supplier: d.chance(250)}
	o.stem, o.native = w.newStem(d, pl)
	o.legal = pick(d, legalForms(pl.country))
	o.named()
	o.addr = p.newAddress(d, pl)
	o.phone = landline(d, pl.country, pl.area)
	if d.chance(250) {
		o.mobile = mobile(d, pl.country)
	}
	if d.chance(850) {
		o.reference = taxNumber(d, pl.country)
	}
	w.online(d, &o)
	o.staff = 1 + d.IntN(8)
	if d.chance(200) {
		o.staff *= 1 + d.IntN(60)
	}
	return o
}

// newStem draws what an organization is called beside its trade, and the native form of the family name it begins with.
func (w *world) newStem(d dice, pl place) (stem, native string) {
	p := w.pools
	word := func() string { return p.words.stems[p.stemZipf.draw(d)] }
	c := &p.cultures[p.cultureTab.draw(d)]
	family := c.surname(c.surZipf.draw(d))
	switch x := d.IntN(100); {
	case x < 30:
		return family.name, family.native
	case x < 42:
		return family.name + " & " + c.surname(c.surZipf.draw(d)).name, ""
	case x < 50:
		return family.name + " " + pick(d, []string{"Brothers", "Bros", "& Sons", "Family"}), ""
	case x < 65:
		return word() + " " + word(), ""
	case x < 78:
		return pl.city + " " + word(), ""
	case x < 90:
		return word() + " " + family.name, ""
	}
	return word(), ""
}

func (o *organization) named() {
	o.name = strings.TrimSpace(o.stem + " " + o.trade)
	if o.legal != "" {
		o.name += " " + o.legal
	}
}

// online gives the organization a domain, website and mailbox.
func (w *world) online(d dice, o *organization) {
	label := strings.ReplaceAll(fold(o.stem), " ", "")
	if d.chance(650) {
		label += strings.ReplaceAll(fold(o.trade), " ", "")
	}
	switch {
	case d.chance(150):
		label += "-" + strings.ToLower(o.country)
	case d.chance(200):
		label += fmt.Sprint(1 + d.IntN(99))
	}
	domain := label + ".example"
	if d.chance(400) {
		domain = label + ".com.test"
	}
	if d.chance(700) {
		o.website = pick(d, []string{"www.", "http://www.", "http://", "https://www."}) + domain
	}
	switch x := d.IntN(100); {
	case x < 30:
		o.email = "info@" + domain
	case x < 45:
		o.email = "accounts@" + domain
	case x < 60:
		o.email = pick(d, []string{"admin@", "sales@", "office@", "enquiries@"}) + domain
	case x < 75:
		o.email = label + "@" + pick(d, w.pools.words.freemail)
	}
}

// domain is the part of the website or mailbox that is the organization's own.
func (o organization) domain() string {
	if o.website == "" {
		return ""
	}
	s := o.website[strings.LastIndexByte(o.website, '/')+1:]
	return strings.TrimPrefix(s, "www.")
}

// taxNumber looks like the country's, with check digits that are wrong, so that it is nobody's.
func taxNumber(d dice, country string) string {
	switch country {
	case "NZ":
		return fmt.Sprintf("%03d-%03d-%03d", 800+d.IntN(200), d.IntN(1000), d.IntN(1000)) // above any issued
	case "GB":
		return fmt.Sprintf("GB%03d %04d %02d", d.IntN(1000), d.IntN(10000), 98+d.IntN(2)) // check digits are at most 97
	case "US":
		return fmt.Sprintf("00-%07d", d.IntN(10_000_000)) // prefix 00 is not in use
	}
	body := d.IntN(1_000_000_000)
	check := wrongABNCheck(body)
	return fmt.Sprintf("%02d %03d %03d %03d", check, body/1_000_000, body/1000%1000, body%1000)
}

// wrongABNCheck is two leading digits that make an Australian Business Number invalid: the right ones, off by one.
// (The right ones: the weighted sum with one less in the first digit is a multiple of 89.)
func wrongABNCheck(body int) int {
	weights := [...]int{3, 5, 7, 9, 11, 13, 15, 17, 19}
	sum, div := 0, 100_000_000
	for _, w := range weights {
		sum += body / div % 10 * w
		div /= 10
	}
	for c := 10; c < 100; c++ {
		if ((c/10-1)*10+c%10+sum)%89 != 0 && ((c+1)/10-1)*10+(c+1)%10+sum > 0 && (((c+1)/10-1)*10+(c+1)%10+sum)%89 == 0 {
			return c
		}
	}
	return 10
}
