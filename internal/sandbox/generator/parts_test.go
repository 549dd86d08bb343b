package generator

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWritePhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num   string
		style phoneStyle
		want  string
	}{
		{":61 255501234", styleNational, "(02) 5550 1234"},
		{":61 255501234", styleInternational, "+61 2 5550 1234"},
		{":61 512345678", styleNational, "0512 345 678"},
		{":61 512345678", styleDigits, "0512345678"},
		{":1 2125550142", styleNational, "(212) 555 0142"},
		{":1 2125550142", styleDashed, "212-555-0142"},
		{":64 251234567", styleNational, "(025) 123 4567"},
		{":44 1614960123", styleNational, "(0161) 496 0123"},
		{":61 255501234", styleZeros, "0061 255501234"},
		{"n/a", styleDigits, "n/a"},
		{"(02) 5550 1234", styleInternational, "(02) 5550 1234"},
		{"", styleDashed, ""},
	} {
		if got := writePhone(c.num, c.style); got != c.want {
			t.Errorf("writePhone(%q, %d) = %q, want %q", c.num, c.style, got, c.want)
		}
	}
}

// TestPhoneStylesKeepTheNumber: whatever the style, the last eight digits are the number's.
func TestPhoneStylesKeepTheNumber(t *testing.T) {
	t.Parallel()
	p, err := loadPools()
	if err != nil {
		t.Fatal(err)
	}
	d := newDice(4, 5, 6)
	for _, pl := range p.places {
		for _, num := range []string{landline(d, pl.country, pl.area), mobile(d, pl.country)} {
			for style := range phoneStyles {
				if got := phoneDigits(writePhone(num, style)); got != phoneDigits(num) {
					t.Errorf("%q in style %d has digits %q", num, style, got)
				}
			}
		}
	}
}

func TestTaxNumbersAreNobodys(t *testing.T) {
	t.Parallel()
	weights := []int{10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}
	d := newDice(1, 1, 1)
	valid := func(abn string) bool {
		sum := 0
		for i, r := range strings.ReplaceAll(abn, " ", "") {
			digit := int(r - '0')
			if i == 0 {
				digit--
			}
			sum += digit * weights[i]
		}
		return sum%89 == 0
	}
	if !valid("51 824 753 556") { // the registry's own example
		t.Fatal("the check itself is wrong")
	}
	for range 20_000 {
		if abn := taxNumber(d, "AU"); valid(abn) || len(abn) != 14 {
			t.Fatalf("%q passes the check, or is malformed", abn)
		}
	}
}

func TestSlipIsOneSlip(t *testing.T) {
	t.Parallel()
	d := newDice(2, 2, 2)
	same := 0
	for range 5000 {
		for _, s := range []string{"Margaret", "O'Brien", "Nguyễn", "强", "Li", "", "12 High Street"} {
			got := slip(d, s)
			if !utf8.ValidString(got) {
				t.Fatalf("slip(%q) = %q, not UTF-8", s, got)
			}
			if n, m := utf8.RuneCountInString(s), utf8.RuneCountInString(got); m < n-2 || m > n+2 {
				t.Fatalf("slip(%q) = %q", s, got)
			}
			if s == "Margaret" && got == s {
				same++
			}
		}
	}
	if same > 50 {
		t.Errorf("%d of 5000 slips changed nothing", same)
	}
}

func TestVariantsAreNamedForWhatChanged(t *testing.T) {
	t.Parallel()
	pools, err := loadPools()
	if err != nil {
		t.Fatal(err)
	}
	w, d := &world{pools: pools}, newDice(3, 3, 3)
	for range 20_000 {
		p := w.newPerson(d, &pools.cultures[pools.cultureTab.draw(d)], pools.places[pools.placeTab.draw(d)])
		q, kind := p.vary(d, pools)
		if same := sameRecord(p, q); same != (kind == "exact") {
			t.Fatalf("kind %s: same record %v\n%+v\n%+v", kind, same, p, q)
		}
		switch kind {
		case "swapped_names":
			if q.first != p.last || q.last != p.first {
				t.Fatalf("swapped_names made %q %q of %q %q", q.first, q.last, p.first, p.last)
			}
		case "nickname":
			if !slices.Contains(p.nick.variants, q.first) {
				t.Fatalf("nickname %q of %q", q.first, p.first)
			}
		case "married_name":
			if !q.female || q.last == p.last || q.first != p.first {
				t.Fatalf("married_name made %q %q of %q %q", q.first, q.last, p.first, p.last)
			}
		case "date_swap":
			if q.birth == p.birth || q.last != p.last {
				t.Fatalf("date_swap made %v of %v", q.birth, p.birth)
			}
		}
	}
}

func TestDatesExist(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	for _, row := range append(append([]map[string]string(nil), w.tables["application_people"]...), w.tables["other_people"]...) {
		if v := row["date_of_birth"]; v != "" {
			if _, err := parseDay(v); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestUUIDsAreUniqueWithinASecond(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for slot := range uint64(300_000) {
		u := uuidAt(1_430_000_000, slot*37)
		if seen[u] {
			t.Fatalf("slot %d repeats %s", slot, u)
		}
		seen[u] = true
	}
	if u := uuidAt(date(2016, 9, 1), 0); u[14:16] != "01" || u[24:] != "15461b913fab" {
		t.Errorf("UUID %s is not of the hub's shape", u)
	}
}

func FuzzJSONText(f *testing.F) {
	for _, s := range []string{"", "a\"b\\c\n", "Nguyễn 强", "\x00\x1f\t", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("the world holds only valid UTF-8")
		}
		var got string
		if err := json.Unmarshal(jsonText(nil, s), &got); err != nil || got != s {
			t.Errorf("%q came back as %q, %v", s, got, err)
		}
	})
}

func FuzzCSVRow(f *testing.F) {
	f.Add("a,b", "say \"hi\"", "two\nlines")
	f.Add("", "", "x")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if strings.ContainsRune(a+b+c, '\r') {
			t.Skip("the reader turns CR LF into LF")
		}
		rows, err := csv.NewReader(bytes.NewReader(csvRow(nil, a, b, c))).ReadAll()
		if a+b+c == "" || err == nil && len(rows) == 0 {
			return
		}
		if err != nil || len(rows) != 1 || !slices.Equal(rows[0], []string{a, b, c}) {
			t.Errorf("%q, %q, %q came back as %q, %v", a, b, c, rows, err)
		}
	})
}
