package generator

// Shares, of a thousand, of the addresses and dates of a second record that were mistyped, whatever else went wrong with it.
// They are what the pairs of FEBRL's dataset 4 show (a tenth of the fields that both records hold, on the average): streets
// differ by one edit in 219 and by two in 64 of a thousand, suburbs in 126 and 50, postcodes in one digit in 52 and in two
// in 95, dates of birth in 64. gen/1 has next to none of these.
const (
	streetSlip      = 219
	streetTwoSlips  = 64
	citySlip        = 126
	cityTwoSlips    = 50
	postcodeDigit   = 52
	postcodeTwo     = 95
	mistakenBirth   = 64
	digitsTurned    = 800 // of postcodes with two wrong digits, those that were turned round
	postcodeAtLeast = 3   // digits; shorter ones stay
)

// careless is the address as a hurried hand types it.
func (a address) careless(d dice) address {
	a.line1 = slipped(d, a.line1, streetSlip, streetTwoSlips)
	a.city = slipped(d, a.city, citySlip, cityTwoSlips)
	a.postcode = misread(d, a.postcode)
	return a
}

// slipped makes one slip in a text, or two, in so many of a thousand cases.
func slipped(d dice, s string, one, two int) string {
	switch x := d.IntN(1000); {
	case x < one:
		return slip(d, s)
	case x < one+two:
		return slip(d, slip(d, s))
	}
	return s
}

func misread(d dice, postcode string) string {
	x := d.IntN(1000)
	if x >= postcodeDigit+postcodeTwo || len(postcode) < postcodeAtLeast {
		return postcode
	}
	b := []byte(postcode)
	i := 1 + d.IntN(len(b)-1)
	wrong := func(i int) {
		if b[i] >= '0' && b[i] <= '9' {
			b[i] = '0' + (b[i]-'0'+byte(1+d.IntN(9)))%10
		}
	}
	switch {
	case x < postcodeDigit:
		wrong(i)
	case b[i] != b[i-1] && d.chance(digitsTurned):
		b[i], b[i-1] = b[i-1], b[i]
	default:
		wrong(i)
		wrong(i - 1)
	}
	return string(b)
}

// careless is the person as a hurried hand types what is copied from a form.
func (p person) careless(d dice) person {
	p.addr = p.addr.careless(d)
	if d.chance(mistakenBirth) {
		p = p.misdated(d)
	}
	return p
}
