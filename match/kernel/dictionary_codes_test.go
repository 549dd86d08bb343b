package kernel

import (
	"slices"
	"strings"
	"testing"
)

// plainDictionary numbers values and terms by maps.
type plainDictionary struct {
	kind         Kind
	codes, terms map[string]uint32
	owned        map[string]bool // terms that are a value by themselves
}

// code is what Dictionary.Code must be, with the terms of the value, and whether it is loose, if it is a new one.
func (p *plainDictionary) code(text string) (code uint32, terms []uint32, loose, fresh bool) {
	code, known := p.codes[text]
	if !known {
		code = uint32(len(p.codes))
		p.codes[text] = code
	}
	texts := slices.DeleteFunc(strings.Split(text, Separator), func(t string) bool { return t == "" })
	for _, t := range texts {
		t = p.termOf(t)
		if _, known := p.terms[t]; !known {
			p.terms[t] = uint32(len(p.terms))
		}
		terms = append(terms, p.terms[t])
	}
	loose = len(texts) > 1
	if len(texts) == 1 && !known {
		t := p.termOf(texts[0])
		loose = p.owned[t]
		p.owned[t] = true
	}
	return code, terms, loose, !known
}

func (p *plainDictionary) termOf(part string) string {
	switch p.kind {
	case Given:
		if words := strings.Fields(part); len(words) > 0 {
			return words[0]
		}
	case Email:
		return strings.TrimPrefix(part, Named)
	case OrgName:
		return Unmarked(part)
	}
	return part
}

// held compares what a dictionary holds of a value with what it must.
func (p *plainDictionary) held(t *testing.T, d *Dictionary, code uint32, text string) {
	t.Helper()
	want, terms, loose, fresh := p.code(text)
	switch {
	case code != want || d.Text(code) != text:
		t.Fatalf("kind %v: %q has number %d of %q, want %d", p.kind, text, code, d.Text(code), want)
	case !slices.Equal(d.TermsOf(code), terms):
		t.Fatalf("kind %v: %q has terms %d, want %d", p.kind, text, d.TermsOf(code), terms)
	case fresh && len(terms) > 0 && (d.parts[code].info&partLoose != 0) != loose:
		t.Fatalf("kind %v: %q is loose: %v, want %v", p.kind, text, !loose, loose)
	}
}

func FuzzCodes(f *testing.F) {
	for kind := range uint8(Employer + 1) {
		f.Add(kind, uint8(3), "anna\nberta\nanna\n\nanna maria\nmaria\x1fanna\nmaria\n\x1f\nberta\x1f\n~a@b.c\n~~a@b.c\na@b.c\n~~a@b.c\x1fd@e\nd@e\n~acme ^north\nacme north\n#x\n ")
	}
	f.Fuzz(func(t *testing.T, kind, chunk uint8, joined string) {
		values := strings.Split(joined, "\n")
		one, many := NewDictionary(Kind(kind)%(Employer+1)), NewDictionary(Kind(kind)%(Employer+1))
		plain := &plainDictionary{kind: one.kind, codes: map[string]uint32{"": 0}, terms: map[string]uint32{"": 0}, owned: map[string]bool{}}
		codes := make([]uint32, 0, len(values))
		for some := range slices.Chunk(values, int(chunk)+1) {
			wide := make([]string, 2*len(some)) // every other one is another field's
			for i, text := range some {
				wide[2*i] = text
			}
			hashes, numbers := make([]uint64, len(some)), make([]uint32, len(some))
			many.Hashes(hashes, wide, 2)
			many.Codes(numbers, hashes, wide, 2)
			codes = append(codes, numbers...)
		}
		for i, text := range values {
			code := one.Code(text)
			plain.held(t, one, code, text)
			if codes[i] != code {
				t.Fatalf("kind %v: %q has number %d among many, want %d", one.kind, text, codes[i], code)
			}
		}
		if !slices.Equal(one.parts, many.parts) || !slices.Equal(one.Terms(), many.Terms()) {
			t.Fatalf("kind %v: values are taken apart otherwise when they come together", one.kind)
		}
	})
}

// TestManyCodes has tables and lists grow many times over.
func TestManyCodes(t *testing.T) {
	t.Parallel()
	for _, kind := range []Kind{Given, Email, Street, OrgName, Exact} {
		var values []string
		for i := range 20000 {
			n := i * 7919 % 9000
			text := strings.Repeat("ab", n%3) + string(rune('a'+n%26)) + strings.Repeat("x", n/26%19) + " " + string(rune('a'+n/494%26))
			switch n % 5 {
			case 1:
				text = "~" + text
			case 2:
				text = values[i/2] + Separator + text
			}
			if len(text) > 200 {
				text = text[:20]
			}
			values = append(values, text)
		}
		d, plain := NewDictionary(kind), &plainDictionary{kind: kind, codes: map[string]uint32{"": 0}, terms: map[string]uint32{"": 0}, owned: map[string]bool{}}
		codes, hashes := make([]uint32, len(values)), make([]uint64, len(values))
		for from := 0; from < len(values); from += 2048 {
			to := min(from+2048, len(values))
			d.Hashes(hashes[from:to], values[from:], 1)
			d.Codes(codes[from:to], hashes[from:to], values[from:], 1)
		}
		for i, text := range values {
			plain.held(t, d, codes[i], text)
		}
	}
}
