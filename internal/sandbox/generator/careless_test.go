package generator

import (
	"strings"
	"testing"
)

func TestCarelessAsOftenAsSaid(t *testing.T) {
	t.Parallel()
	d := newDice(7, streamPeople, 1)
	const n = 40_000
	typed := person{birth: civil{1971, 4, 9}, addr: address{line1: "12 Harrington Parade", city: "Fernhill Heights", region: "NSW", postcode: "2519", country: "Australia"}}
	var street, city, postcode, birth, other int
	for range n {
		p := typed.careless(d)
		for i, differs := range []bool{p.addr.line1 != typed.addr.line1, p.addr.city != typed.addr.city, p.addr.postcode != typed.addr.postcode, p.birth != typed.birth} {
			if differs {
				*[]*int{&street, &city, &postcode, &birth}[i]++
			}
		}
		p.addr.line1, p.addr.city, p.addr.postcode, p.birth = typed.addr.line1, typed.addr.city, typed.addr.postcode, typed.birth
		if !sameRecord(p, typed) {
			other++
		}
	}
	for name, c := range map[string]struct{ got, want int }{
		"streets":   {street, streetSlip + streetTwoSlips},
		"cities":    {city, citySlip + cityTwoSlips},
		"postcodes": {postcode, postcodeDigit + postcodeTwo},
		"births":    {birth, mistakenBirth},
		"others":    {other, 0},
	} {
		// one slip in a thousand undoes another, and a slip of the ear may change nothing
		if share := 1000 * c.got / n; share > c.want+8 || share < c.want-12 {
			t.Errorf("%s: %d of a thousand differ, want about %d", name, share, c.want)
		}
	}
}

func TestCarelessLeavesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	d := newDice(8, streamPeople, 1)
	for range 2000 {
		if p := (person{}).careless(d); !sameRecord(p, person{}) {
			t.Fatalf("made of nothing: %+v", p)
		}
	}
}

func TestUnknownProfileIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := Generate(t.Context(), Options{People: 1, Profile: "gen/3"}, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "gen/1, gen/2") {
		t.Errorf("error %v", err)
	}
}
