package reports

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"plain", "Zoë 李", "Zoë 李"},
		{"lines stay", "a\nb", "a\nb"},
		{"bidi override", "\u202egnp.exe", "[U+202E]gnp.exe"},
		{"isolates", "\u2066a\u2069", "[U+2066]a[U+2069]"},
		{"null and tab", "a\x00\tb", "a[U+0000][U+0009]b"},
		{"line separator", "a\u2028b", "a[U+2028]b"},
		{"joiners stay", "👩\u200d🌾 می\u200cخواهم", "👩\u200d🌾 می\u200cخواهم"},
		{"tag characters", "a\U000e0041", "a[U+E0041]"},
		{"byte order mark", "\ufeffx", "[U+FEFF]x"},
	}
	for _, c := range cases {
		if got := visible(c.in); got != c.want {
			t.Errorf("%s: %q is shown as %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

// Two long values that differ only where they are cut must not look the same.
func TestCutValuesStayDifferent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 10000)
	a, b := visible(long+"a"), visible(long+"b")
	if a == b || !strings.Contains(a, "and 9601 more characters") {
		t.Errorf("cut to %q and %q", a[len(a)-60:], b[len(b)-60:])
	}
	if got := visible(strings.Repeat("é", 400)); strings.Contains(got, "more") {
		t.Error("400 characters are cut")
	}
}

func TestCompareCell(t *testing.T) {
	t.Parallel()
	cases := []struct {
		base, value string
		want        cardCell
	}{
		{"Brook", "", cardCell{Class: "none", Before: "–"}},
		{"Brook", "Brook", cardCell{Class: "same", Before: "Brook"}},
		{"Brook", "Brooks", cardCell{Before: "Brook", Changed: "s"}},
		{"Catherine", "Katherine", cardCell{Changed: "K", After: "atherine"}},
		{"Müller", "Muller", cardCell{Before: "M", Changed: "u", After: "ller"}},
		{"INACTIVE", "ACTIVE", cardCell{Changed: "ACTIVE"}},
		{"", "new", cardCell{Changed: "new"}},
		{"a@x\nb@x", "b@x", cardCell{Class: "same", Before: "b@x"}},
	}
	for _, c := range cases {
		if diff := cmp.Diff(c.want, compareCell(c.base, c.value, false)); diff != "" {
			t.Errorf("%q beside %q:\n%s", c.value, c.base, diff)
		}
	}
}

func TestDisplayField(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"first_name": "First name", "email.address2": "E-mail", "phone_home.mobile": "Mobile", "phone_home.landline": "Landline",
		"phone.landline": "Work phone", "address_work.billing.city": "Address", "organization_id": "Organization", "website.url": "Website"} {
		if i := displayField(path); i < 0 || displayFields()[i] != want {
			t.Errorf("%s is shown in row %d, want %s", path, i, want)
		}
	}
	if i := displayField("is_customer"); i != -1 {
		t.Errorf("is_customer is shown in row %d", i)
	}
}

func TestThousandsAndPercent(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567", -1234: "−1\u202f234"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
	for share, want := range map[float64]string{0: "0 %", 0.0001: "<1 %", 0.5: "50 %", 0.9999: ">99 %", 1: "100 %"} {
		if got := percent(share); got != want {
			t.Errorf("%v is written %q, want %q", share, got, want)
		}
	}
}

// A file that cannot be finished leaves the one before it as it was, and nothing beside it.
func TestFileAppearsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := writeWhole(dir, "a.csv", func(w *os.File) error {
		if _, err := io.WriteString(w, "half"); err != nil {
			return err
		}
		return io.ErrUnexpectedEOF
	})
	if err == nil || !strings.Contains(err.Error(), "write a.csv") {
		t.Errorf("error is %v", err)
	}
	if got := readText(t, filepath.Join(dir, "a.csv")); got != "before" {
		t.Errorf("file holds %q", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left in the folder", len(entries))
	}
}

func TestCancelledReportStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	db := handMade(t)
	cancel()
	if _, err := Write(ctx, Options{DB: db, Dir: filepath.Join(t.TempDir(), "r")}); err == nil {
		t.Error("a cancelled report says that it was written")
	}
}

// A stream passes over rows of places that no card has, and ends early without an error.
func TestTakeFollowsTheMembers(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	execute(t, db, `INSERT INTO operation_fields (plan_id, op_id, cluster_id, collection, field, before, after, winner_key, rule, losing, conflict) VALUES ('abc', 'op-0', 'nowhere', 'people', 'f', 'a', 'b', 'k', 'r', '[]', false)`)
	cards, err := openCards(t.Context(), db, nil, place{})
	if err != nil {
		t.Fatal(err)
	}
	defer cards.close()
	var got []string
	for {
		c, _, more := cards.nextCard()
		if !more {
			break
		}
		got = append(got, c.ID+" "+strconv.Itoa(len(c.Members))+" "+strconv.Itoa(len(c.Edges))+" "+strconv.Itoa(len(c.Conflicts))+" "+strconv.Itoa(len(c.Fields)))
	}
	if err := cards.err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"people-01 3 3 0 1", "people-02 3 2 1 0"}, got); diff != "" {
		t.Errorf("cards (members, edges, conflicts, fields):\n%s", diff)
	}
}

// Text must stand out from what it stands on by 4.5 to 1 in both themes (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	t.Parallel()
	themes := map[string]string{
		"light": styleText[strings.Index(styleText, ":root {"):strings.Index(styleText, "@media (prefers-color-scheme")],
		"dark":  styleText[strings.Index(styleText, `:root[data-theme="dark"]`):strings.Index(styleText, "* { box-sizing")],
	}
	pairs := [][2]string{{"ink", "paper"}, {"ink", "panel"}, {"soft", "paper"}, {"soft", "panel"}, {"accent", "paper"}, {"stop", "paper"}, {"good", "paper"},
		{"good", "good-bg"}, {"look", "look-bg"}, {"stop", "stop-bg"}, {"ink", "look-bg"}, {"ink", "stop-bg"}, {"mark-ink", "mark"}}
	for name, text := range themes {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z0-9-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(text, -1) {
			colours[m[1]] = m[2]
		}
		for _, p := range pairs {
			if ratio := contrast(t, colours[p[0]], colours[p[1]]); ratio < 4.5 {
				t.Errorf("%s: %s on %s stands out by %.2f, want 4.5", name, p[0], p[1], ratio)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(colour, 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	linear := func(v uint64) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

// The dark colours stand twice, for the system's choice and for the reader's: they must not drift apart.
func TestDarkColoursAgree(t *testing.T) {
	t.Parallel()
	blocks := regexp.MustCompile(`color-scheme: dark;([^}]*)}`).FindAllStringSubmatch(styleText, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d dark blocks, want 2", len(blocks))
	}
	strip := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if diff := cmp.Diff(strip(blocks[0][1]), strip(blocks[1][1])); diff != "" {
		t.Errorf("dark colours differ:\n%s", diff)
	}
}
