package reports

import (
	"bytes"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// hostile are values that break a naive writer, a spreadsheet or a page.
func hostile() []string {
	return []string{
		"", "plain", "=cmd|' /C calc'!A0", "+61 2 9999", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "a\r\nb", "a\r\n=b", "\r\n", "'=x", "''=x", "'", "x'=y",
		"a;=1", "a,\"=1", "\"", "\"\"", "a|+1", "O'-x", "O'Brien", ",", " lead", "trail ", "＝1", "<script>alert(1)</script>", "</script>", "</noscript><b>", "]]>", "<!--",
		"a\u2028b", "\u202egnp.exe", "\x00", "a\x00b", "\"><img src=x onerror=alert(1)>", "{{.}}", "${x}", "`", "\ufeffx", "Zoë 李 🧑‍🌾", strings.Repeat("x", 10000),
		strings.Repeat("é", 10000),
	}
}

func TestNeutraliseIsInertAndReversible(t *testing.T) {
	t.Parallel()
	for _, s := range hostile() {
		checkNeutral(t, s)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	letters := []rune("=+-@\t\r\n,;|\"' ax\uff1d\uff20é")
	for range 200_000 {
		text := make([]rune, dice.IntN(9))
		for i := range text {
			text[i] = letters[dice.IntN(len(letters))]
		}
		checkNeutral(t, string(text))
	}
}

func FuzzNeutralise(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkNeutral(t, strings.ToValidUTF8(s, "?")) })
}

// checkNeutral holds the value against the words of the promise: it comes back, and however a program splits it at
// separators, line ends and quotes, no piece starts a formula.
func checkNeutral(t *testing.T, s string) {
	t.Helper()
	inert := Neutralise(s)
	if got := Restore(inert); got != s {
		t.Fatalf("%q becomes %q and comes back as %q", s, inert, got)
	}
	pieces := strings.FieldsFunc(strings.ReplaceAll(inert, "\r\n", "\r"), func(r rune) bool { return strings.ContainsRune(",;|\"\r\n\t", r) })
	for _, piece := range pieces {
		if strings.ContainsRune("=+-@\uff1d\uff0b\uff0d\uff20", []rune(piece)[0]) {
			t.Fatalf("%q becomes %q, of which the piece %q starts a formula", s, inert, piece)
		}
	}
	if inert != "" && strings.ContainsRune(startsFormula, []rune(inert)[0]) {
		t.Fatalf("%q becomes %q, which starts a formula", s, inert)
	}
}

// Another reader of CSV must see the same cells. encoding/csv reads CR LF inside a cell as LF, so it is compared so.
func TestCSVParsesBack(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	values := hostile()
	for i := range values {
		file.Write(csvForm{}.texts([]string{values[i], values[len(values)-1-i]}))
		file.WriteString(csvEnd)
	}
	reader := csv.NewReader(&file)
	for i := 0; ; i++ {
		row, err := reader.Read()
		if err == io.EOF {
			if i != len(values) {
				t.Fatalf("%d lines came back, want %d", i, len(values))
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for k, want := range []string{values[i], values[len(values)-1-i]} {
			if got, want := row[k], strings.ReplaceAll(Neutralise(want), "\r\n", "\n"); got != want {
				t.Errorf("line %d cell %d is %q, want %q", i+1, k, got, want)
			}
		}
	}
}

// The table of classes says what the words beside it say, byte for byte.
func TestClassesOfCharacters(t *testing.T) {
	t.Parallel()
	if len(classes) != 256 {
		t.Fatalf("%d classes", len(classes))
	}
	for b := range 256 {
		begins := strings.ContainsFunc(startsFormula, func(r rune) bool { return string(r)[0] == byte(b) })
		c := string(rune(b))
		for _, x := range []struct {
			class byte
			want  bool
		}{
			{formula, begins}, {opens, b < 128 && strings.Contains(startsCell, c)}, {parts, b < 128 && strings.Contains("\",;\t\r\n", c)},
			{noNumber, b >= 128 || !strings.Contains(ofNumbers, c)}, {digit, b >= '0' && b <= '9'},
		} {
			if got := classes[b]&x.class != 0; got != x.want {
				t.Errorf("byte %#02x is of class %d: %v, want %v", b, x.class, got, x.want)
			}
		}
	}
}
