package match

import (
	"regexp"
	"strings"
	"testing"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"
)

// FuzzFold holds fold against what it is to do, said in patterns.
func FuzzFold(f *testing.F) {
	for _, text := range []string{"", "O'Brien", "  Müller & Söhne  ", "a b", " a", "a ", "a  b", "ООО Ромашка", "x\x00y`z", "ﬁ ½", strings.Repeat("Long ", 40)} {
		f.Add(text)
	}
	dropped, others := regexp.MustCompile("['`]"), regexp.MustCompile(`[^a-z0-9]+`)
	f.Fuzz(func(t *testing.T, text string) {
		ascii := text
		if !isASCII(text) {
			ascii = unidecode.Unidecode(stripMarks(norm.NFKD.String(text)))
		}
		want := strings.TrimSpace(others.ReplaceAllString(strings.ToLower(dropped.ReplaceAllString(ascii, "")), " "))
		if got := fold(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	})
}

func TestValuesJoinedOnceEachHoweverMany(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 40 {
		many = append(many, string(rune('a'+i%20)), "")
	}
	want := strings.Join(strings.Split("abcdefghijklmnopqrst", ""), valueSeparator)
	if got := join(many); got != want {
		t.Errorf("joined %q, want %q", got, want)
	}
	if got := join([]string{"a", "", "b", "a"}); got != "a"+valueSeparator+"b" {
		t.Errorf("joined %q", got)
	}
}
