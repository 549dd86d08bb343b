package match

import (
	"strings"
)

// joinPhones gives the numbers of a field that are one but for their country's code the same text: a record without a
// country, or with the wrong one, has its number read as another country's. Nine digits or ten behind the code are
// enough to tell numbers apart the world over.
func (c *columns) joinPhones() {
	f := c.schema.index("phone")
	if f < 0 {
		return
	}
	d := c.dictionaries[f]
	first := map[string]string{}
	several := false
	for term := 1; term < d.TermCount(); term++ {
		number := d.Term(uint32(term))
		key := nationalNumber(number)
		if key == "" {
			continue
		}
		known, met := first[key]
		several = several || met && known != number
		if !met || number < known {
			first[key] = number
		}
	}
	if !several {
		return
	}
	c.recode(f, func(text string) string {
		numbers := parts(nil, text)
		for i, n := range numbers {
			if key := nationalNumber(n); key != "" {
				numbers[i] = first[key]
			}
		}
		return join(numbers)
	})
}

// nationalNumber is a number without its country's code, if that leaves nine digits or more; "" for a shorter one.
func nationalNumber(digits string) string {
	if len(digits) < 11 {
		if len(digits) < 9 {
			return ""
		}
		return digits
	}
	return digits[countryCode(digits):]
}

// countryCode is the length of the code that an international number begins with: ITU-T E.164 gives the zones 1 and 7
// one digit and lists which others have two; the rest have three.
func countryCode(digits string) int {
	const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case strings.Contains(two, " "+digits[:2]+" "):
		return 2
	}
	return 3
}
