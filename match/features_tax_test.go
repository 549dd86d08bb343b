package match

import (
	"fmt"
	"iter"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestNumbersThatProveThemselves(t *testing.T) {
	t.Parallel()
	passing := func(number string) (names string) {
		for _, check := range taxChecks() {
			if check.passes(number) {
				names += check.name + " "
			}
		}
		return names
	}
	// The examples of the authorities' own pages.
	for number, want := range map[string]string{
		"51824753556":    "ABN ",
		"51824753565":    "",
		"004085616":      "ACN ",
		"9429041561917":  "",
		"732829320":      "SIREN ",
		"73282932000074": "SIRET ",
		"11222333000181": "CNPJ ",
		"gb980780684":    "VAT of Great Britain ",
		"980780680":      "",
		"abc":            "",
	} {
		if got := passing(number); got != want {
			t.Errorf("%s passes %q, want %q", number, got, want)
		}
	}
}

// validNumbers yields n Australian Business Numbers that pass, each far from the next.
func validNumbers(n int) iter.Seq[string] {
	check := taxChecks()[0]
	return func(yield func(string) bool) {
		for number, found := 11000000000, 0; found < n; number++ {
			if text := fmt.Sprint(number); check.passes(text) {
				found++
				number += 2_345_678_901
				if !yield(text) {
					return
				}
			}
		}
	}
}

func TestOnlyAmongNumbersThatPassIsOneMalformed(t *testing.T) {
	t.Parallel()
	check := taxChecks()[0]
	valid, other := kernel.NewDictionary(kernel.Code), kernel.NewDictionary(kernel.Code)
	for n := 51824753000; valid.Len() < 40; n++ {
		if number := fmt.Sprint(n); check.passes(number) {
			valid.Code(number)
		} else {
			other.Code(number)
		}
	}
	typo := valid.Code("51824753565")
	bad := malformed(valid)
	for code := range bad {
		if bad[code] != (uint32(code) == typo) {
			t.Errorf("%s malformed: %v", valid.Text(uint32(code)), bad[code])
		}
	}
	for code, is := range malformed(other) {
		if is {
			t.Fatalf("%s is malformed where numbers are of another kind", other.Text(uint32(code)))
		}
	}
}
