package match

import "testing"

func TestWordsThatTellThingsApart(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("organizations", nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows []featureRow
	add := func(name, city string) {
		row := featureRow{vals: make([]string, len(s.fields))}
		row.vals[s.index("name")], row.vals[s.index("city")] = name, city
		rows = append(rows, row)
	}
	for _, stem := range []string{"alder", "birch", "cedar", "damson"} {
		add(stem+" holdings", "")
	}
	add("elm ballarat", "")
	add("fir motors", "ballarat")
	add("fir motors", "ballarat")
	s.markTelling(rows)
	for i, want := range []string{"alder ~holdings", "birch ~holdings", "cedar ~holdings", "damson ~holdings", "elm ~ballarat", "fir motors", "fir motors"} {
		if got := rows[i].vals[s.index("name")]; got != want {
			t.Errorf("record %d: %q, want %q", i, got, want)
		}
	}
}

func TestDomainOfWebsiteIsNobodysSecondLevel(t *testing.T) {
	t.Parallel()
	for site, want := range map[string]string{
		"https://www.acme.com.au/about": "acme.com.au",
		"acme.com.internal":             "acme.com.internal",
		"shop.acme.com.internal":        "acme.com.internal",
		"com.internal":                  "",
		"acme.example":                  "acme.example",
	} {
		if got := domainOfWebsite(site); got != want {
			t.Errorf("%s: %q, want %q", site, got, want)
		}
	}
}
