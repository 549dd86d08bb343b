package match

import "github.com/sameas/sameas/match/kernel"

// taxCheck is how a kind of tax or registration number proves itself.
type taxCheck struct {
	name   string
	digits int
	valid  func(digits []int) bool
}

// taxChecks are those of common numbers, as the authorities publish them: the Australian Business Register and ASIC, the
// New Zealand Business Number (GS1) and Inland Revenue, INSEE, HM Revenue and Customs.
func taxChecks() []taxCheck {
	return []taxCheck{
		{"ABN", 11, func(d []int) bool {
			return (weighted(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
		}},
		{"ACN", 9, func(d []int) bool { return (weighted(d, 8, 7, 6, 5, 4, 3, 2, 1)+d[8])%10 == 0 }},
		{"NZBN", 13, func(d []int) bool { return weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0 }},
		{"SIREN", 9, luhn},
		{"SIRET", 14, luhn},
		{"VAT of Great Britain", 9, func(d []int) bool {
			sum := weighted(d, 8, 7, 6, 5, 4, 3, 2) + 10*d[7] + d[8]
			return sum%97 == 0 || (sum+55)%97 == 0
		}},
		{"CNPJ", 14, func(d []int) bool {
			check := func(sum int) int { return max(0, 11-max(2, sum%11)) % 11 }
			return d[12] == check(weighted(d, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) && d[13] == check(weighted(d, 6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
		}},
	}
}

func weighted(digits []int, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * digits[i]
	}
	return sum
}

// luhn is the check of H. P. Luhn (ISO/IEC 7812-1).
func luhn(digits []int) bool {
	sum := 0
	for i := range digits {
		d := digits[len(digits)-1-i]
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (t *taxCheck) passes(number string) bool {
	for number != "" && number[0] >= 'a' && number[0] <= 'z' {
		number = number[1:]
	}
	if len(number) != t.digits {
		return false
	}
	digits := make([]int, len(number))
	for i := range number {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
		digits[i] = int(number[i] - '0')
	}
	return t.valid(digits)
}

// A check is taken for that of a collection's numbers when so many of them pass it: by chance one in ten does.
const (
	checkedNumbers = 20
	checkedShare   = 0.8
)

// malformed finds the numbers that fail the check which nearly all others of the collection pass: they are mistyped, so
// that one which differs from another says little. Where numbers pass no check that is known, none is malformed.
func malformed(d *kernel.Dictionary) []bool {
	bad := make([]bool, d.Len())
	for _, check := range taxChecks() {
		passing := 0
		for code := 1; code < d.Len(); code++ {
			if check.passes(d.Text(uint32(code))) {
				passing++
			}
		}
		if passing < checkedNumbers || float64(passing) < checkedShare*float64(d.Len()-1) {
			continue
		}
		for code := 1; code < d.Len(); code++ {
			bad[code] = !check.passes(d.Text(uint32(code)))
		}
		return bad
	}
	return bad
}
