package match

import "testing"

func TestGivenNamesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, last, given, family string }{
		{"Mr", "Karagiannis", "", "karagiannis"},
		{"Accounts", "Welleway", "", "welleway"},
		{"N/A", "Zhou", "", "zhou"},
		{"NA", "Zhou", "", "zhou"},
		{"Na", "Zhou", "na", "zhou"}, // a Chinese name
		{"Mr John", "Smith", "john", "smith"},
	} {
		n := new(maker).namesOf(c.first, c.last)
		if n.given != c.given || n.family != c.family {
			t.Errorf("%q %q is read as %q %q, want %q %q", c.first, c.last, n.given, n.family, c.given, c.family)
		}
	}
}
