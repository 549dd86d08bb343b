package generator

import (
	"fmt"
	"strings"
)

// address is one postal address as an application holds it.
type address struct {
	line1, line2, city, region, postcode, country string
}

func (a address) empty() bool { return a == address{} }

// newAddress draws a street address in the place.
func (p *pools) newAddress(d dice, pl place) address {
	kinds := strings.SplitN(pick(d, p.words.streetTypes), ":", 2)
	street := p.words.streets[p.streetZipf.draw(d)]
	if d.chance(250) {
		anglo := &p.cultures[0]
		street = anglo.surname(anglo.surZipf.draw(d)).name
	}
	n := 1 + d.IntN(60)
	if d.chance(400) {
		n = 1 + d.IntN(900)
	}
	a := address{line1: fmt.Sprintf("%d %s %s", n, street, kinds[0]), city: pl.city, region: pl.region,
		postcode: nearPostcode(d, pl), country: pl.country}
	if d.chance(180) {
		unit := 1 + d.IntN(40)
		switch d.IntN(3) {
		case 0:
			a.line1 = fmt.Sprintf("%d/%s", unit, a.line1)
		case 1:
			a.line2, a.line1 = a.line1, fmt.Sprintf("Unit %d", unit)
		default:
			a.line2 = fmt.Sprintf("Unit %d", unit)
		}
	}
	return a
}

// nearPostcode spreads a city over its delivery areas.
func nearPostcode(d dice, pl place) string {
	if len(pl.postcode) != 4 || d.chance(400) {
		return pl.postcode
	}
	b := []byte(pl.postcode)
	b[3] = byte('0' + d.IntN(10))
	return string(b)
}

// Phone numbers are kept as ":CC national" digits, such as ":61 255501234", and written by each application in its way.
// None can reach anybody:
//
//	AU  landlines 5550 xxxx and 7010 xxxx (ACMA's numbers for fiction); mobiles 05xx xxx xxx: the prefix 05 has never
//	    been allotted. ACMA's fictitious mobiles are some thirty: too few for a world of people who do not share one.
//	NZ  landlines beginning 0 after the area code, which none does; mobiles 025, the network shut down in 2007.
//	GB  landlines in the drama ranges 01xx 496 0xxx, 020 7946 0xxx, 029 2018 0xxx; mobiles 07200, not opened.
//	US  555-01xx of the city's area code; mobiles in area codes N9X, kept back for expansion of the plan.
func landline(d dice, country, area string) string {
	switch country {
	case "NZ":
		return fmt.Sprintf(":64 %s0%06d", area, d.IntN(1_000_000))
	case "GB":
		if area == "20" {
			return fmt.Sprintf(":44 2079460%03d", d.IntN(1000))
		}
		if area == "29" {
			return fmt.Sprintf(":44 2920180%03d", d.IntN(1000))
		}
		return fmt.Sprintf(":44 %s4960%03d", area, d.IntN(1000))
	case "US":
		return fmt.Sprintf(":1 %s55501%02d", area, d.IntN(100))
	}
	block := "5550"
	if d.chance(500) {
		block = "7010"
	}
	return fmt.Sprintf(":61 %s%s%04d", area, block, d.IntN(10_000))
}

func mobile(d dice, country string) string {
	switch country {
	case "NZ":
		return fmt.Sprintf(":64 25%07d", d.IntN(10_000_000))
	case "GB":
		return fmt.Sprintf(":44 7200%06d", d.IntN(1_000_000))
	case "US":
		return fmt.Sprintf(":1 %d9%d%07d", 2+d.IntN(8), d.IntN(9), 2_000_000+d.IntN(8_000_000))
	}
	return fmt.Sprintf(":61 5%08d", d.IntN(100_000_000))
}

// phoneStyle says how an application writes phone numbers.
type phoneStyle int

const (
	styleNational phoneStyle = iota // (02) 5550 1234, 0512 345 678
	styleInternational
	styleDigits
	styleDashed
	styleZeros // 0061 2 5550 1234
	phoneStyles
)

// writePhone writes a kept number; what is already free text stays as it is.
func writePhone(num string, style phoneStyle) string {
	if !strings.HasPrefix(num, ":") {
		return num
	}
	cc, nat, _ := strings.Cut(num[1:], " ")
	trunk := "0"
	if cc == "1" {
		trunk = ""
	}
	a, b, c := splitNational(cc, nat)
	switch style {
	case styleInternational:
		return "+" + cc + " " + a + " " + b + " " + c
	case styleDigits:
		return trunk + nat
	case styleDashed:
		return trunk + a + "-" + b + "-" + c
	case styleZeros:
		return "00" + cc + " " + a + b + c
	}
	if len(a) == 3 && cc == "61" {
		return trunk + a + " " + b + " " + c
	}
	return "(" + trunk + a + ") " + b + " " + c
}

// splitNational groups the digits as the country's people do: area or prefix, then two groups.
func splitNational(cc, nat string) (a, b, c string) {
	n := 1
	switch {
	case cc == "1" || cc == "61" && nat[0] == '5' || cc == "44":
		n = 3
	case cc == "64" && strings.HasPrefix(nat, "25"):
		n = 2
	}
	rest := nat[n:]
	m := len(rest) - 4
	if cc == "61" && n == 3 {
		m = 3
	}
	return nat[:n], rest[:m], rest[m:]
}

// phoneDigits is a number reduced to what tells it from others: its last eight digits.
func phoneDigits(s string) string {
	b := make([]byte, 0, 16)
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	if len(b) < 6 {
		return ""
	}
	return string(b[max(0, len(b)-8):])
}
