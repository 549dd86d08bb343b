package kernel

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestDictionaryThatIsFullSaysSo(t *testing.T) {
	t.Parallel()
	for name, room := range map[string]limit{
		"text":   {text: len("anna" + "berta"), values: 100, words: 100},
		"values": {text: 100, values: 2, words: 100},
		"words":  {text: 100, values: 100, words: 5},
	} {
		d := NewDictionary(Family)
		d.limit = room
		first, second := d.Code("anna"), d.Code("berta")
		if first != 1 || second != 2 || d.Err() != nil {
			t.Fatalf("%s: codes %d and %d, error %v", name, first, second, d.Err())
		}
		if code := d.Code("carla von"); code != 0 || !errors.Is(d.Err(), ErrFull) {
			t.Errorf("%s: a value too many has number %d, error %v", name, code, d.Err())
		}
		if d.Code("berta") != second || d.Text(second) != "berta" {
			t.Errorf("%s: what it held is lost", name)
		}
	}
}

// plainSign says member by member what sign is.
func plainSign(text string) uint64 {
	var s uint64
	for i := range 256 {
		c := byte(i)
		n := strings.Count(text, string([]byte{c}))
		switch {
		case n == 0:
		case c >= 'a' && c <= 'z':
			s |= 1 << (c - 'a')
			if n > 1 {
				s |= 1 << (36 + c - 'a')
			}
		case c >= '0' && c <= '9':
			s |= 1 << (26 + c - '0')
		default:
			s |= 1 << (62 + c%2)
		}
	}
	return s
}

func FuzzSign(f *testing.F) {
	for _, text := range []string{"", "a", "aa", "zzz az", "0099", "info@acme.example", "\x1f~^-", "M\u00fcller"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := sign(text), plainSign(text); got != want {
			t.Errorf("%q: %x, want %x", text, got, want)
		}
	})
}

func TestDictionariesThatWereGivenRoomAreTheSame(t *testing.T) {
	t.Parallel()
	texts := []string{"", "~acme ^north", "acme north\x1f~an", "  acme  x", "\x1f", "acme north"}
	for i := range 300 {
		texts = append(texts, fmt.Sprintf("~alder ^wood%d\x1fbirch %d", i%70, i))
	}
	for _, kind := range []Kind{OrgName, Exact, Street, Phone} {
		plain, roomy := NewDictionary(kind), NewDictionary(kind)
		for _, text := range texts {
			plain.Code(text)
		}
		roomy.Grow(plain)
		for _, text := range texts {
			if got, want := roomy.Code(text), plain.Code(text); got != want || roomy.Text(got) != text {
				t.Fatalf("%q: number %d of %q, want %d", text, got, roomy.Text(got), want)
			}
		}
		if !slices.Equal(roomy.Terms(), plain.Terms()) || !slices.Equal(roomy.parts, plain.parts) || !slices.Equal(roomy.spans, plain.spans) {
			t.Errorf("kind %v: taken apart otherwise", kind)
		}
	}
}

func TestOrganizationNamesAreHeldWithoutMarks(t *testing.T) {
	t.Parallel()
	d := NewDictionary(OrgName)
	for _, text := range []string{"~acme ^north", "acme north\x1f~an", "alder", "a  ^b ~c\x1f^~d e"} {
		code := d.Code(text)
		for i, v := range strings.Split(text, Separator) {
			p := d.part(code, i)
			if got, want := d.cut(span{p.at, p.size}), Unmarked(v); got != want {
				t.Errorf("part %q, want %q", got, want)
			}
			var words []string
			for _, ref := range d.spans[p.words:][:p.wordCount()] {
				words = append(words, d.cut(d.words[ref&wordNumber].span))
			}
			if want := strings.Fields(Unmarked(v)); !slices.Equal(words, want) {
				t.Errorf("words %q, want %q", words, want)
			}
		}
	}
}
