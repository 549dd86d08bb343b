package match

import (
	"slices"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestAddressesMadeOfTheOwnersName(t *testing.T) {
	t.Parallel()
	for address, own := range map[string]bool{
		"mei.ling@alder.example":    true,
		"vandenberg@alder.example":  true, // berg
		"mberg@alder.example":       true,
		"mvan den berg@x.example":   true,
		"anne@alder.example":        false,
		"van.den@alder.example":     true,
		"denise.stone@alder.exampl": true, // den
		"mm99@alder.example":        true, // initials and digits
		"sales2@mei.example":        false,
	} {
		want := address
		if own {
			want = kernel.Named + address
		}
		got := []string{address}
		if new(texts).named(got, personName{given: "mei ling", family: "van den berg"}); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q", address, got)
		}
		short := want
		if own && address != "mm99@alder.example" {
			short = address
		}
		got = []string{address}
		if new(texts).named(got, personName{given: "li", family: "xu"}); !slices.Equal(got, []string{short}) {
			t.Errorf("%s, of Li Xu: %q", address, got)
		}
	}
}
