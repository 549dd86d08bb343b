package match

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

// byLibrary is what phonenumbers makes of a number.
func byLibrary(t *testing.T, text, country string) string {
	t.Helper()
	n, err := phonenumbers.Parse(text, country)
	if err != nil {
		t.Fatalf("%s in %s: %v", text, country, err)
	}
	return strings.TrimPrefix(phonenumbers.Format(n, phonenumbers.E164), "+")
}

func TestPlainPhonesAreReadAsTheLibraryReadsThem(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 11))
	for _, n := range dialPlans {
		plain := 0
		for range 400 {
			length := n.least + r.IntN(n.most-n.least+1)
			national := n.starts[r.IntN(len(n.starts))]
			for len(national) < length {
				national += fmt.Sprint(r.IntN(10))
			}
			for _, text := range []string{"+" + n.code + " " + national, n.trunk + national, "(" + n.trunk + national[:1] + ") " + national[1:5] + "-" + national[5:]} {
				got, mobile, ok := new(texts).plainPhone(text, new(texts).digitsOf(text), n.region)
				if !ok {
					continue
				}
				plain++
				if want := byLibrary(t, text, n.region); got != want {
					t.Errorf("%s in %s: %s, the library says %s", text, n.region, got, want)
				}
				parsed, _ := phonenumbers.Parse(text, n.region)
				if kind := phonenumbers.GetNumberType(parsed); kind == phonenumbers.MOBILE && !mobile && n.code != "1" || kind == phonenumbers.FIXED_LINE && mobile {
					t.Errorf("%s in %s: mobile %t, the library says type %d", text, n.region, mobile, kind)
				}
			}
		}
		if plain < 1000 {
			t.Errorf("%s: only %d of 1200 numbers took the plain path", n.region, plain)
		}
	}
}

func TestOddPhonesGoToTheLibrary(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"+61 (0)412 345 678 x12", "1300 975 707", "+49 30 901820", "0412 345 67", "+64 80 123 4567"} {
		if _, _, ok := new(texts).plainPhone(text, new(texts).digitsOf(text), "AU"); ok {
			t.Errorf("%s took the plain path", text)
		}
	}
}
